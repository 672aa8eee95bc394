"""The grammar: facts in pairs of Chinese and English, filled with a work's own words and numbers.

A sentence is a head and a tail. CORES name the work (all appearances of a work share two of them), HEADS tell one fact
of it, TAILS are what anyone might add. `{slot}` is filled from works.py.
"""

Template = tuple[str, str]


def _templates(text: str) -> tuple[Template, ...]:
    """One `zh|en` per line (or `zh|` and `en` on the next), as %-templates, which fill faster than str.format."""
    rows = [line.split("|") for line in text.strip().replace("|\n", "|").splitlines()]
    return tuple((_percent(zh), _percent(en)) for zh, en in rows)


def _percent(template: str) -> str:
    return template.strip().replace("%", "%%").replace("{", "%(").replace("}", ")s")


_GOODS_CORES = _templates("""
{brand}这款{facet}的{kind}叫「{name}」，编号批次{n}|{brand} calls this {facet} {kind} {name}, batch {n}
「{name}」是{brand}在{month}推出的{facet}{kind}，首发{n}件|
{name} is the {facet} {kind} that {brand} launched in {month}, {n} pieces at first
说到{facet}{kind}，{brand}的「{name}」排在第{k}位|Among {facet} {kind} choices, {name} by {brand} ranks number {k}
「{name}」{kind}来自{brand}，{facet}版本重{n}克|The {name} {kind} comes from {brand}, and the {facet} version weighs {n} grams
{brand}花了{k}个月打磨「{name}」，这是一款{facet}{kind}|{brand} spent {k} months polishing {name}, a {facet} {kind}
""")
_STORY_CORES = _templates("""
这篇{kind}讲的是{brand}的{facet}，题目叫「{name}」|This {kind} is about the {facet} of {brand} and is titled {name}
「{name}」记下了在{brand}遇到的{facet}，前后{k}天|{name} records the {facet} found at {brand} over {k} days
关于{brand}，「{name}」这份{kind}专门写{facet}，共{n}字|On {brand}, this {kind} named {name} covers the {facet} in {n} words
{month}做了一期{kind}「{name}」，主题是{brand}的{facet}|In {month} came the {kind} {name}, its theme the {facet} of {brand}
想了解{brand}的{facet}，可以从{kind}「{name}」的第{k}段看起|To know the {facet} of {brand}, start from part {k} of the {kind} {name}
""")
_STUDY_CORES = _templates("""
本文提出用于{kind}的方法 {name}，在 {brand} 数据上针对{facet}做了{n}次实验|
We propose {name}, a method for {kind}, and ran {n} experiments on {brand} data for {facet}
{brand} 小组把 {name} 用在{facet}的{kind}任务上，误差降到{k}.{n}%|
The {brand} group applied {name} to {kind} for {facet}, with error down to {k}.{n} percent
面向{facet}，{name} 改进了 {brand} 基准中的{kind}流程，提升{k}.{n}个点|
Aimed at {facet}, {name} improves {kind} on the {brand} benchmark by {k}.{n} points
{name} 是 {brand} 项目在{month}发布的{kind}工作，研究对象为{facet}|
{name} is the {kind} work released in {month} by the {brand} project, with a focus on {facet}
""")
_HELP_CORES = _templates("""
用 {brand} 做{kind}时遇到{facet}，报错代号是 {name}，第{n}行停住|
Doing {kind} with {brand} hits a {facet}, error code {name}, and stops at line {n}
{brand} 的{kind}总是{facet}，日志里写着 {name}，每{k}次出现一次|
The {kind} in {brand} keeps ending in a {facet}, and the log says {name} once in {k} runs
升级到 {brand} {k}.{n} 以后，{kind}出现{facet}，提示 {name}|
After moving to {brand} {k}.{n} the {kind} shows a {facet} with the hint {name}
怎样解决 {brand} 里由 {name} 引起的{facet}？场景是{kind}|
How to solve the {facet} caused by {name} in {brand}? The setting is {kind}
""")
_GOODS = _templates("""
{part}换成了{quality}，单独称重{n}克|the {part} is now made with {quality} and weighs {n} grams alone
{who}拿它应付{act}，连着用了{n}天|{who} used it for {act} during {n} days in a row
在{place}的门店实测{act}，{part}只出过{k}次小毛病|tested for {act} in the {place} shop, the {part} failed just {k} times
{quality}配合新的{part}，厚度压到{n}毫米|with {quality} and a new {part}, thickness drops to {n} millimetres
{month}那批把{part}的公差收紧到{n}微米|the {month} batch tightens the {part} tolerance to {n} microns
包装里多给一个{part}，另附{n}厘米的连接线|the box adds a spare {part} and a cable of {n} centimetres
工厂在{place}，每天只能装配{n}台|the plant in {place} assembles only {n} units a day
为了{act}，设计师把{part}抬高了{k}毫米|for {act}, the designers raised the {part} by {k} millimetres
{quality}经过{n}小时盐雾测试|the {quality} went through {n} hours of salt spray
{part}支持单独更换，配件价{n}元|the {part} can be replaced alone for {n} yuan
如果主要是{act}，建议选{k}档|for {act} in the main, choose level {k}
{who}最在意{part}，量出来偏差{k}丝|{who} cares most about the {part} and measured a deviation of {k} hairs
售后登记显示{part}返修率是千分之{k}|service records put repairs of the {part} at {k} per thousand
{place}仓库还剩{n}件，{quality}款先发|the {place} warehouse holds {n} more, and those with {quality} ship first
和上一代相比，{part}的响应快了{n}毫秒|next to the last generation the {part} reacts {n} milliseconds faster
做{act}的时候，表面温度停在{n}度以内|during {act} the surface stays under {n} degrees
拆开后能看到{quality}，共有{n}颗螺丝固定|once opened it shows {quality} held by {n} screws
{month}起保修延长到{n}天|from {month} on the warranty lasts {n} days
{who}建议把{part}调松{k}格再用|{who} advises to loosen the {part} by {k} notches first
噪声仪放在{part}旁读数{n}|a sound meter beside the {part} reads {n}
连续{act}之后称了一次，少了{n}毫克|weighed once more after {act} it had lost {n} milligrams
说明书{k}种语言，专门一节讲{quality}|the manual has {k} languages and a chapter on {quality}
{place}的用户寄回{n}份反馈|users in {place} returned {n} feedback cards
样品跌落{k}次，{part}仍然完好|the sample fell {k} times and its {part} stayed whole
若用于{act}，一次可以撑{n}分钟|used for {act} one charge or fill lasts {n} minutes
质检员抽查了{n}个{part}|inspectors sampled {n} pieces of the {part}
""")
_STORY = _templates("""
第{k}天一早就去{act}，走到{part}已经花了{n}分钟|on day {k} we began with {act} and needed {n} minutes to reach the {part}
{who}说{part}要避开{month}，不然得等{n}分钟|{who} said to avoid the {part} in {month} or wait {n} minutes
最花功夫的是{act}，前后试了{k}回|the hardest bit was {act}, tried {k} times
{quality}出现在{part}旁边，我数了数有{n}处|there was {quality} beside the {part}, and I counted {n} spots
从{place}过来大约{n}公里，路上正好{act}|it is about {n} kilometres from {place}, good for {act} on the way
{part}这一段剪了{n}分钟，重点是{quality}|the {part} section runs {n} minutes and centres on {quality}
预算一共{n}块，{part}占了{k}成|the budget was {n} yuan, {k} tenths of it for the {part}
{month}的傍晚，{who}带我去看{part}|one {month} evening {who} took me to see the {part}
先讲{quality}，再讲怎么{act}，第{k}步最容易错|first comes {quality}, then {act}, and step {k} goes wrong most easily
听{who}介绍，{place}也有类似的{part}，只差{n}米|according to {who}, {place} has a similar {part} only {n} metres off
为了{act}，我们提前{k}小时到了{part}|for {act} we reached the {part} {k} hours early
笔记第{n}页画了{part}的草图|page {n} of my notes has a sketch of the {part}
{quality}比想象中多，大概占千分之{n}|there was more {quality} than expected, perhaps {n} per thousand
{part}门口写着{month}{k}号起调整时间|a sign at the {part} announces new hours from {month} {k}
在{place}补拍了{act}的镜头，用掉{n}格胶片|we shot {act} again in {place} and used {n} frames of film
{who}把{quality}的来历讲了{n}分钟|{who} spent {n} minutes on where the {quality} came from
{place}的朋友寄来{n}张照片，都是{part}|friends from {place} sent {n} photos of the {part}
旧地图上这里叫{n}号地|on the old map this spot is lot {n}
走错{k}个路口才找到{part}|it took {k} wrong turns to find the {part}
本来只想{act}，结果花了{n}分钟|I only planned on {act} and it became {n} minutes
{who}手里有{n}年前的{quality}|{who} keeps {quality} that is {n} years old
下次打算{month}来，专门{act}|next time I come in {month} just for {act}
评论区有{n}人也提到{quality}|in the comments {n} people mention {quality} as well
背包里装了{k}样东西，最有用的和{part}有关|of {k} things in the bag the best one served the {part}
清单第{n}条写的是{act}|line {n} of the checklist says {act}
从{part}抬头能数到{n}盏灯|looking up from the {part} one can count {n} lamps
""")
_STUDY = _templates("""
{part}部分采用{quality}，参数量约{n}万|the {part} relies on {quality} with about {n} thousand parameters
数据来自{place}，时间跨度{n}个月|data come from {place} and span {n} months
与基线相比，{act}的指标提高了{k}.{n}%|against the baseline the score for {act} grows by {k}.{n} percent
消融实验去掉{part}后，结果下降{n}个基点|without the {part} the ablation loses {n} basis points
{quality}在{month}样本上的相关系数为0.{n}|on {month} samples {quality} gives a correlation of 0.{n}
我们公开了{part}的代码与{n}组标注|we release code for the {part} and {n} labelled sets
为{act}设计的流程只需{n}秒|the pipeline made for {act} takes only {n} seconds
局限在于{part}缺少{place}的观测|a limit is that the {part} lacks observations from {place}
附录列出{quality}的{n}条推导|the appendix lists {n} derivations of {quality}
在{place}部署{k}周后，{act}告警减少{n}次|after {k} weeks in {place} alerts on {act} fell by {n}
{part}的噪声服从方差{n}的分布|noise in the {part} follows a distribution of variance {n}
将{quality}与{act}联合优化，收敛需要{n}轮|joint tuning of {quality} and {act} converges in {n} rounds
专家对{n}例{part}做了盲评|experts judged {n} cases of the {part} blindly
{month}的补充测试覆盖{act}，失败{k}例|extra tests in {month} cover {act} with {k} failures
显存占用从{n}兆降到一半，主要靠{quality}|memory falls from {n} megabytes by half, mostly thanks to {quality}
我们用{quality}重新标定了{n}个样点|with {quality} we calibrated {n} sample points again
{part}的不确定度取自{n}次重复|uncertainty of the {part} comes from {n} repetitions
讨论部分比较了{k}种{quality}变体|the discussion compares {k} variants of {quality}
{act}的案例来自{place}，编号{n}|the case of {act} is from {place}, number {n}
经费覆盖{n}天的观测|funding covers {n} days of observation
图{k}给出{part}随时间的变化|figure {k} shows how the {part} changes over time
审稿意见要求增加{act}实验，共{n}组|reviewers asked for runs on {act}, {n} sets in all
{quality}对初值敏感，扰动取{n}|{quality} is sensitive to the start, perturbed by {n}
剔除{n}条异常的{part}记录|we removed {n} odd records of the {part}
与{place}的独立结果相差{k}个标准差|an independent result from {place} is {k} deviations away
""")
_HELP = _templates("""
我在{act}的时候改过{part}，数值设成{n}|I changed the {part} while {act} and set it to {n}
回答：先检查{part}，把上限调到{n}|answer: check the {part} first and raise the limit to {n}
换成{quality}之后，耗时从{n}秒降下来|with {quality} the time came down from {n} seconds
第{k}个答案建议关掉{part}再试|answer {k} suggests to switch off the {part} and retry
只有在{act}时才复现，概率约千分之{n}|it only shows while {act}, in about {n} of a thousand runs
{part}占用了{n}兆内存，没有释放|the {part} holds {n} megabytes and never frees them
{who}提醒说{quality}需要额外加锁|{who} warned that {quality} needs an extra lock
回溯信息停在{part}，偏移量{n}|the traceback ends in the {part} at offset {n}
最小例子只有{n}行，做的就是{act}|the minimal example has {n} lines and does {act}
官方手册第{n}页提到{quality}的限制|page {n} of the manual mentions a limit of {quality}
已经试过重启{part}，等待{n}毫秒没有效果|restarting the {part} and waiting {n} milliseconds did not help
采纳的做法是{quality}，再把重试次数设为{k}|the accepted way is {quality} with {k} retries
{month}的补丁修好了{part}，编号{n}|the {month} patch number {n} repairs the {part}
测试机在{place}，并发数为{n}|the test machine is in {place} and runs {n} at once
如果还要{act}，记得清空{part}|when {act} comes next, remember to clear the {part}
同样的代码在{place}的服务器上跑了{n}次都正常|the same code ran {n} times on the {place} server without trouble
用断点看到{part}被调用{n}次|a breakpoint shows that the {part} is called {n} times
有人提到{quality}默认关闭，需要参数{n}|somebody notes that {quality} is off by default and needs option {n}
把{act}拆成{k}步以后就清楚了|splitting {act} into {k} steps made it clear
{part}的校验值少了{n}位|the checksum of the {part} lacks {n} digits
临时办法是跳过{act}，等{month}的版本|a workaround is to skip {act} until the {month} release
堆快照里{quality}排第{k}|in the heap snapshot {quality} comes as number {k}
回答获得{n}票，作者是{who}|the answer by {who} got {n} votes
单元测试覆盖了{part}的{n}种输入|unit tests cover {n} inputs of the {part}
环境变量写错{k}个字母，{part}没有读到|{k} letters of the variable were wrong so the {part} missed it
""")
_PLAIN_TAILS = _templates("""
这一点和{who}的说法一致|which agrees with what {who} told us
{place}的记录也是这个数|and the notes from {place} show the same figure
{month}又核对过一遍|and it was checked again in {month}
误差不超过{k}个单位|within {k} units of error
算是今年第{k}次调整|the change number {k} of this year
详细数字放在第{n}号附表|with details in table {n}
有{n}位读者问过这件事|a thing that {n} readers have asked about
换到{place}再试结果差不多|with much the same result over in {place}
这里参考了{who}的建议|following a hint from {who}
比原计划早了{k}周|about {k} weeks ahead of plan
当时气温只有{k}度|while it was only {k} degrees outside
前提是{part}保持干净|as long as the {part} is kept clean
顺便也看了看{part}|with a side look at the {part}
大约用去{n}分钟|taking roughly {n} minutes
后来{who}又补充了{k}条|to which {who} later added {k} remarks
记录编号是{n}|filed under number {n}
""")
CORES = {"product": _GOODS_CORES, "device": _GOODS_CORES, "post": _STORY_CORES, "video": _STORY_CORES} | {
    "document": _STUDY_CORES,
    "qa": _HELP_CORES,
}
HEADS = {"product": _GOODS, "device": _GOODS, "post": _STORY, "video": _STORY, "document": _STUDY, "qa": _HELP}
TAILS = _PLAIN_TAILS
FEELINGS = {
    "positive": _templates("""
真心喜欢{part}，比预期好太多|I truly love the {part}, far better than hoped
{quality}让人惊喜，值得推荐|the {quality} was a delight and I recommend it
整体体验非常满意，下次还会选{brand}|very happy overall and I would choose {brand} again
{act}特别顺心，给{k}个赞|{act} went wonderfully, {k} thumbs up
细节用心，{who}也夸很棒|careful details, and even {who} praised it
"""),
    "negative": _templates("""
{part}实在让人失望，感觉白花钱|the {part} was a real let down and wasted my money
{quality}太差劲，不推荐|the {quality} is terrible and I advise against it
整体体验糟糕，以后不会再选{brand}|a bad experience overall, never {brand} again
{act}的时候一直出问题，很生气|{act} kept going wrong and made me angry
做工敷衍，{who}也直摇头|careless work, and even {who} shook a head
"""),
    "neutral": _templates("""
{part}中规中矩，谈不上好坏|the {part} is average, neither good nor bad
{quality}和介绍写的一样|the {quality} is as described
整体体验一般，先观察{k}周再说|an ordinary experience, to be watched for {k} weeks
{act}按计划完成，没有特别感受|{act} went as planned with no strong feelings
仅作记录，{who}没有评价|only a record, and {who} made no comment
"""),
}

"""The nouns and deeds that sentences are filled with, in pairs of Chinese and English: `zh|en; zh|en`."""

Pair = tuple[str, str]  # (Chinese, English)


def pairs(text: str) -> tuple[Pair, ...]:
    """The pairs written as `zh|en; zh|en`."""
    return tuple((zh.strip(), en.strip()) for zh, en in (item.split("|") for item in text.split(";")))


COLOURS = pairs(
    "红色|red; 蓝色|blue; 黑色|black; 白色|white; 绿色|green; 黄色|yellow; 紫色|purple; 灰色|grey; 橙色|orange; 粉色|pink"
)
FUNCTIONS = pairs(
    "定时开关|timer; 语音控制|voice control; 远程查看|remote view; 能耗统计|energy report; 场景联动|scene linking;"
    "静音模式|quiet mode; 儿童锁|child lock; 自动校准|self calibration; 离家布防|away guard; 故障自检|fault check"
)
PLACES = pairs(
    "北城|Northgate; 青湾|Bluebay; 南坡|Southslope;"
    "石桥镇|Stonebridge; 柳河口|Willowmouth; 东岭|Eastridge;"
    "沙洲|Sandbank; 梅园路|Plum Road"
)
PEOPLE = pairs(
    "老周|Mr Zhou; 表妹|my cousin; 同事小方|a colleague;"
    "邻居阿姨|the neighbour; 教练|the coach; 店主|the owner;"
    "室友|my flatmate; 师傅|the repairman"
)
MONTHS = pairs(
    "一月|January; 二月|February; 三月|March; 四月|April; 五月|May;"
    "六月|June; 七月|July; 八月|August; 九月|September; 十月|October;"
    "十一月|November; 十二月|December"
)

# What distinguishes works of one kind.
CITIES = "夜景|night view; 早市|morning market; 温泉|hot spring; 古桥|old bridge; 渡船|ferry; 日出|sunrise; 灯会|lantern fair"
DISHES = "清蒸鱼|steamed fish; 酸汤面|sour noodles; 烤羊排|roast lamb; 豆花|tofu pudding; 腊味饭|cured rice; 凉拌藕|lotus salad"
RUNS = "半程马拉松|half marathon; 越野跑|trail run; 公路骑行|road cycling; 游泳接力|swim relay; 攀岩|climbing; 羽毛球|badminton"
TASTES = "续航|battery life; 手感|hand feel; 拍照|photo quality; 音质|sound quality; 散热|heat control; 系统|software"
GENRES = "悬疑|mystery; 科幻|science fiction; 历史|history; 爱情|romance; 纪录|documentary"
MOTIFS = "星空|night sky; 人像|portrait; 街拍|street; 产品|still life; 鸟类|birds"
ERRORS = "超时|timeout; 乱码|garbled text; 内存泄漏|memory leak; 死锁|deadlock; 版本冲突|version conflict; 权限不足|permission denied"

# Parts, qualities and acts of each field.
SHOES = (
    "鞋底|outsole; 鞋面|upper; 鞋垫|insole; 后跟|heel cup; 鞋舌|tongue; 鞋带扣|lace lock; 鞋头|toe box",
    "工程网布|engineered mesh; 发泡橡胶|foamed rubber; 植鞣皮革|tanned leather; 再生纱线|recycled yarn;"
    "软木颗粒|cork granules; 碳纤维片|carbon plate; 亚麻帆布|linen canvas",
    "清晨慢跑|slow morning runs; 雨天通勤|rainy commutes; 爬楼送货|stair deliveries; 河边散步|riverside walks;"
    "操场测速|track sprints; 碎石山路|gravel trails; 整天站着上课|standing lessons",
)
DIGITAL = (
    "屏幕|screen; 电池|battery; 扬声器|speaker; 充电口|charging port; 麦克风|microphone; 按键|button; 主板|mainboard",
    "陶瓷面板|ceramic panel; 镁合金骨架|magnesium frame; 石墨散热片|graphite sheet; 蓝宝石镜片|sapphire glass;"
    "氮化镓芯片|gallium chip; 硅胶护套|silicone sleeve; 液态金属|liquid metal",
    "地铁里看剧|watching shows on the metro; 户外导航|outdoor navigation; 连开视频会议|long video calls;"
    "夜里听书|audiobooks at night; 拍摄快递单|scanning parcels; 给孩子上网课|online lessons; 记录睡眠|sleep tracking",
)
KITCHEN = (
    "内胆|inner pot; 手柄|handle; 锅盖|lid; 刀刃|blade; 底座|base; 密封圈|sealing ring; 滤网|strainer",
    "铸铁胚体|cast iron; 不粘涂层|nonstick coating; 紫砂陶土|purple clay; 医用不锈钢|surgical steel;"
    "耐热玻璃|heatproof glass; 胡桃木|walnut wood; 三层复合钢|three ply steel",
    "清早煮粥|morning porridge; 小火炖汤|slow soups; 快手爆炒|fast stir fries; 切冻肉|cutting frozen meat;"
    "带饭上班|packed lunches; 泡花茶|flower teas; 周末烤面包|weekend baking",
)
CAMERA = (
    "取景器|viewfinder; 快门|shutter; 对焦环|focus ring; 卡口|mount; 防抖组件|stabiliser; 转盘|mode dial; 脚架座|tripod foot",
    "萤石镜片|fluorite element; 背照式传感器|backlit sensor; 碳纤维管|carbon tube; 纳米镀膜|nano coating;"
    "全金属镜筒|metal barrel; 磁吸滤镜|magnetic filter; 阻尼液|damping fluid",
    "拍银河|shooting the milky way; 跟拍鸟群|tracking birds; 夜市扫街|night street photography; 录婚礼|filming weddings;"
    "拍小朋友跑跳|running children; 雪地延时|snow timelapses; 微距拍昆虫|insect macros",
)
OUTDOOR = (
    "拉链|zipper; 支架|pole; 肩带|shoulder strap; 内衬|lining; 轮子|wheel; 腰封|hip belt; 底布|ground sheet",
    "防撕裂尼龙|ripstop nylon; 航空铝|aviation aluminium; 鹅绒填充|goose down; 聚碳酸酯|polycarbonate;"
    "防水涂层|waterproof coating; 蜂窝泡棉|honeycomb foam; 银胶遮光布|blackout fabric",
    "湖边露营|lakeside camping; 徒步三天|three day hikes; 骑车进藏|bike tours; 出差赶飞机|business flights;"
    "海岛浮潜|island snorkelling; 冬夜观星|winter stargazing; 带娃野餐|family picnics",
)
GYM = (
    "握把|grip; 弹性层|elastic layer; 缝线|stitching; 镜框|frame; 绳芯|cord core; 配重块|weight; 防滑纹|grip texture",
    "天然橡胶|natural rubber; 高弹碳素|elastic carbon; 热塑弹性体|thermoplastic elastomer; 记忆海绵|memory foam;"
    "编织钢丝|braided steel; 羊肠拍线|gut string; 防雾涂层|antifog coating",
    "午休拉伸|lunch stretches; 双打对抗|doubles matches; 晨泳千米|morning swims; 居家燃脂|home workouts;"
    "康复训练|rehab training; 学校社团|school clubs; 睡前放松|bedtime relaxing",
)
HOME = (
    "灯头|lamp head; 风道|air duct; 水箱|water tank; 旋钮|knob; 滤芯|filter; 底盘|chassis; 指示灯|status light",
    "双频无线|dual band wireless; 低功耗蓝牙|low power bluetooth; 毫米波雷达|millimetre radar; 热敏探头|thermal probe;"
    "无刷电机|brushless motor; 本地网关|local gateway; 光敏元件|light sensor",
    "半夜起床|getting up at night; 老人独居|elderly living alone; 宝宝午睡|baby naps; 梅雨返潮|the wet season;"
    "养猫家庭|homes with cats; 出租公寓|rented flats; 书房加班|late work at home",
)
SAFETY = (
    "锁芯|lock cylinder; 镜头盖|lens cover; 蜂鸣器|buzzer; 备用电源|backup power; 门磁|door contact; 外壳|housing; 天线|antenna",
    "指纹模组|fingerprint module; 红外补光|infrared light; 防撬弹片|tamper spring; 加密芯片|crypto chip;"
    "广角镜片|wide lens; 光电感烟室|smoke chamber; 应急触点|emergency contact",
    "快递代收|parcel deliveries; 保姆进出|nanny visits; 全家旅行|family trips; 楼道杂物|hallway clutter;"
    "忘带钥匙|forgotten keys; 深夜敲门|late knocks; 合租换人|new flatmates",
)
CLEAN = (
    "滚刷|roller brush; 尘盒|dust box; 边刷|side brush; 吸口|suction mouth; 基站|dock; 拖布|mop pad; 轮组|wheel set",
    "激光测距|laser ranging; 热风烘干|hot air drying; 紫外灯管|ultraviolet tube; 防缠绕齿梳|anti tangle comb;"
    "银离子水箱|silver ion tank; 双涡轮|twin turbine; 爬坡履带|climbing track",
    "猫毛满地|cat hair everywhere; 火锅之后|hotpot evenings; 地毯长毛|deep carpets; 落地大窗|tall windows;"
    "换季被褥|season bedding; 装修收尾|after renovation; 小户型床底|low beds",
)
TRAVEL = (
    "码头|pier; 石板街|flagstone street; 客栈|inn; 观景台|lookout; 戏台|opera stage; 茶馆|teahouse; 城门|town gate",
    "青砖老墙|old brick walls; 竹编灯笼|bamboo lanterns; 手写菜单|handwritten menus; 薄雾|thin mist; 桂花香|osmanthus scent;"
    "水车声|waterwheel sounds; 满山梯田|terraced fields",
    "坐早班车|taking the first bus; 租自行车|renting bikes; 跟船家聊天|chatting with boatmen; 走后山小路|walking back paths;"
    "排队买糕|queueing for cakes; 躲雨|sheltering from rain; 看皮影|watching shadow plays",
)
FOOD = (
    "汤底|broth; 面团|dough; 酱料|sauce; 配菜|side dish; 火候|heat control; 摆盘|plating; 香料|spice mix",
    "烟熏豆腐|smoked tofu; 陈年米醋|aged rice vinegar; 野生菌菇|wild mushrooms; 手工虾丸|handmade shrimp balls;"
    "石磨芝麻|stone ground sesame; 腌柠檬|pickled lemon; 发酵辣酱|fermented chilli",
    "提前腌一夜|marinating overnight; 小火收汁|reducing slowly; 现擀面皮|rolling fresh wrappers; 控制油温|minding the oil;"
    "撒葱花|adding scallions; 蒸到透亮|steaming until clear; 拌凉菜|tossing cold dishes",
)
SPORT = (
    "补给站|aid station; 起跑区|start area; 弯道|bend; 更衣室|locker room; 看台|stand; 计时毯|timing mat; 坡道|ramp",
    "配速手环|pace band; 压缩袜|compression socks; 盐丸|salt pills; 冰敷袋|ice packs; 号码布|bib numbers;"
    "反光背心|reflective vest; 姜汤|ginger soup",
    "间歇跑|interval runs; 核心训练|core training; 拉伸髋部|hip stretches; 控制心率|keeping the pulse down; 团队接力|team relays;"
    "赛前减量|tapering; 复盘录像|reviewing video",
)
BOOKS = (
    "开篇|opening; 配角|side character; 对白|dialogue; 结尾|ending; 封面|cover; 配乐|soundtrack; 插画|illustrations",
    "倒叙结构|reverse structure; 方言味道|dialect flavour; 长镜头|long takes; 冷幽默|dry humour; 细密伏笔|hidden clues;"
    "旧城记忆|old town memories; 双线叙事|twin storylines",
    "通宵看完|finishing overnight; 做读书笔记|taking notes; 二刷找细节|second viewings; 跟朋友争论|arguing with friends;"
    "抄下段落|copying passages; 查历史背景|checking history; 听作者讲座|author talks",
)
WATER = (
    "径流序列|runoff series; 水位站|gauge station; 堤段|levee section; 河床|river bed; 集水区|catchment; 闸门|sluice; 雨量计|rain gauge",
    "图神经网络|graph networks; 卡尔曼滤波|kalman filtering; 集合预报|ensemble forecasts; 贝叶斯校正|bayesian correction;"
    "雷达回波|radar echoes; 同位素示踪|isotope tracing; 水动力模型|hydrodynamic models",
    "提前预警|early warning; 调度水库|reservoir operation; 评估漫堤|overtopping assessment; 补全缺测|gap filling;"
    "追踪泥沙|sediment tracking; 校准糙率|roughness calibration; 推算洪峰|peak estimation",
)
LEARN = (
    "编码器|encoder; 训练集|training set; 损失函数|loss function; 注意力头|attention head; 采样器|sampler; 词表|vocabulary; 缓存|cache",
    "对比学习|contrastive learning; 知识蒸馏|distillation; 稀疏激活|sparse activation; 课程策略|curriculum schedules;"
    "量化权重|quantised weights; 合成语料|synthetic corpora; 检索增强|retrieval augmentation",
    "识别方言|dialect recognition; 压缩模型|model compression; 检索长文|long text search; 标注病灶|lesion labelling;"
    "翻译古籍|translating old books; 预测蛋白折叠|protein folding; 排序推荐|ranking items",
)
MATTER = (
    "负极|anode; 电解液|electrolyte; 隔膜|separator; 催化层|catalyst layer; 薄膜|thin film; 晶界|grain boundary;"
    "集流体|current collector",
    "原位显微|in situ microscopy; 密度泛函|density functionals; 阻抗谱|impedance spectra; 钠离子插层|sodium intercalation;"
    "钙钛矿结构|perovskite structure; 等离子刻蚀|plasma etching; 中子衍射|neutron diffraction",
    "延长寿命|longer life; 抑制枝晶|dendrite suppression; 低温充电|cold charging; 回收钴镍|cobalt recovery; 降低界面阻力|interface tuning;"
    "估计健康度|health estimation; 快速筛选配方|recipe screening",
)
HEALTH = (
    "受试者|participants; 对照组|control group; 问卷|questionnaire; 心率带|heart strap; 血样|blood samples; 随访表|follow up form;"
    "病房|ward",
    "随机分组|randomised groups; 混合效应模型|mixed models; 双盲设计|double blinding; 可穿戴记录|wearable logs;"
    "队列研究|cohort designs; 荟萃分析|meta analysis; 质性访谈|interviews",
    "改善睡眠|better sleep; 减少跌倒|fewer falls; 控制血糖|glucose control; 缓解焦虑|easing anxiety; 术后恢复|surgery recovery;"
    "坚持运动|exercise habits; 减少用药|less medication",
)
CODE = (
    "配置文件|config file; 连接池|connection pool; 回调函数|callback; 缓冲区|buffer; 线程|thread; 日志|log; 依赖树|dependency tree",
    "增量解析|incremental parsing; 惰性加载|lazy loading; 批量提交|batch commits; 引用计数|reference counting;"
    "事件循环|event loop; 内存映射|memory mapping; 二进制协议|binary protocol",
    "读取日期|parsing dates; 合并两张表|joining two tables; 上传大文件|uploading large files; 监听端口|listening on a port;"
    "导出报表|exporting reports; 跑定时任务|running scheduled jobs; 打包发布|packaging releases",
)

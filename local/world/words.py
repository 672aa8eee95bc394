"""The vocabulary: what works are about, in pairs of Chinese and English.

A topic has kinds (what a thing is), facets (what distinguishes it), parts, qualities and acts that sentences speak of.
"""

from dataclasses import dataclass

from local.world import vocabulary as v
from local.world.vocabulary import Pair, pairs


@dataclass(frozen=True)
class Topic:
    """One field of life; `name` is the tag that users like."""

    key: str
    type: str
    name: Pair
    kinds: tuple[Pair, ...]
    facets: tuple[Pair, ...]
    parts: tuple[Pair, ...]
    qualities: tuple[Pair, ...]
    acts: tuple[Pair, ...]


def _topic(key: str, kind: str, name: str, kinds: str, facets: str, rest: tuple[str, str, str]) -> Topic:
    shared = {"colours": v.COLOURS, "functions": v.FUNCTIONS}
    parts, qualities, acts = map(pairs, rest)
    return Topic(key, kind, pairs(name)[0], pairs(kinds), shared.get(facets) or pairs(facets), parts, qualities, acts)


TOPICS = (
    _topic(
        "shoes",
        "product",
        "鞋靴|footwear",
        "跑鞋|running shoes; 徒步鞋|hiking boots; 板鞋|sneakers; 凉鞋|sandals",
        "colours",
        v.SHOES,
    ),
    _topic(
        "phones",
        "product",
        "数码|electronics",
        "手机|smartphone; 耳机|headphones; 平板|tablet; 手表|watch",
        "colours",
        v.DIGITAL,
    ),
    _topic(
        "kitchen",
        "product",
        "厨具|kitchenware",
        "电饭煲|rice cooker; 炒锅|wok; 菜刀|knife; 保温杯|thermos",
        "colours",
        v.KITCHEN,
    ),
    _topic(
        "cameras",
        "product",
        "摄影器材|camera gear",
        "相机|camera; 镜头|lens; 三脚架|tripod; 稳定器|gimbal",
        "colours",
        v.CAMERA,
    ),
    _topic(
        "outdoor",
        "product",
        "户外装备|outdoor gear",
        "帐篷|tent; 背包|backpack; 睡袋|sleeping bag; 行李箱|suitcase",
        "colours",
        v.OUTDOOR,
    ),
    _topic(
        "gym",
        "product",
        "运动器材|sports gear",
        "瑜伽垫|yoga mat; 球拍|racket; 泳镜|goggles; 跳绳|skipping rope",
        "colours",
        v.GYM,
    ),
    _topic(
        "home",
        "device",
        "智能家居|smart home",
        "台灯|desk lamp; 净化器|purifier; 加湿器|humidifier; 恒温器|thermostat",
        "functions",
        v.HOME,
    ),
    _topic(
        "safety",
        "device",
        "家庭安防|home security",
        "门锁|door lock; 门铃|doorbell; 摄像头|webcam; 报警器|alarm",
        "functions",
        v.SAFETY,
    ),
    _topic(
        "clean",
        "device",
        "清洁电器|cleaning devices",
        "扫地机|robot vacuum; 洗地机|floor washer; 擦窗机|window robot",
        "functions",
        v.CLEAN,
    ),
    _topic(
        "travel",
        "post",
        "旅行|travel",
        "古镇游记|old town diary; 海岛游记|island diary; 山村游记|village diary",
        v.CITIES,
        v.TRAVEL,
    ),
    _topic(
        "food", "post", "美食|food", "小馆探店|bistro visit; 家常菜谱|home recipe; 夜宵摊|night stall", v.DISHES, v.FOOD
    ),
    _topic(
        "sport",
        "post",
        "运动|sport",
        "赛事记录|race report; 训练日记|training diary; 俱乐部活动|club meeting",
        v.RUNS,
        v.SPORT,
    ),
    _topic(
        "gadget",
        "post",
        "数码评测|gadget review",
        "开箱体验|unboxing; 长期使用|long term use; 换机心得|upgrade story",
        v.TASTES,
        v.DIGITAL,
    ),
    _topic(
        "culture",
        "post",
        "书影|books and films",
        "影评|film review; 书评|book review; 剧评|series review",
        v.GENRES,
        v.BOOKS,
    ),
    _topic(
        "trips",
        "video",
        "旅行视频|travel videos",
        "自驾实录|road trip; 徒步实录|hiking film; 慢游短片|slow travel film",
        v.CITIES,
        v.TRAVEL,
    ),
    _topic(
        "cooking",
        "video",
        "烹饪视频|cooking videos",
        "做菜教程|cooking lesson; 厨房实验|kitchen experiment",
        v.DISHES,
        v.FOOD,
    ),
    _topic(
        "photo",
        "video",
        "摄影教程|photo lessons",
        "布光教程|lighting lesson; 后期教程|editing lesson; 器材对比|gear comparison",
        v.MOTIFS,
        v.CAMERA,
    ),
    _topic(
        "training",
        "video",
        "健身视频|fitness videos",
        "跟练课程|follow along class; 赛事解说|race commentary",
        v.RUNS,
        v.SPORT,
    ),
    _topic(
        "water",
        "document",
        "水文研究|hydrology",
        "洪水预报|flood forecasting; 泥沙输移|sediment transport; 地下水模拟|groundwater modelling",
        "山区流域|mountain basins; 沿海城市|coastal cities; 干旱灌区|arid farmland; 湖泊湿地|lake wetlands",
        v.WATER,
    ),
    _topic(
        "learning",
        "document",
        "机器学习|machine learning",
        "语音识别|speech recognition; 文本检索|text retrieval; 图像分割|image segmentation",
        "低资源语言|low resource languages; 医疗数据|medical data; 边缘设备|edge devices; 教育场景|education",
        v.LEARN,
    ),
    _topic(
        "matter",
        "document",
        "材料科学|materials science",
        "固态电池|solid batteries; 光伏薄膜|solar films; 储氢合金|hydrogen alloys",
        "高温环境|high heat; 快速充放|fast cycling; 柔性基底|flexible substrates; 深海压力|deep sea pressure",
        v.MATTER,
    ),
    _topic(
        "health",
        "document",
        "健康研究|health research",
        "睡眠干预|sleep intervention; 步态监测|gait monitoring; 饮食管理|diet management",
        "老年人群|older adults; 夜班护士|night nurses; 青少年|teenagers; 孕期女性|pregnancy",
        v.HEALTH,
    ),
    _topic(
        "data",
        "qa",
        "数据处理|data processing",
        "表格导入|table import; 日期解析|date parsing; 数据去重|deduplication",
        v.ERRORS,
        v.CODE,
    ),
    _topic(
        "web",
        "qa",
        "网络开发|web development",
        "异步请求|async requests; 文件上传|file upload; 会话登录|session login",
        v.ERRORS,
        v.CODE,
    ),
    _topic(
        "system",
        "qa",
        "系统运维|system operations",
        "容器部署|container deployment; 定时任务|scheduled tasks; 日志轮转|log rotation",
        v.ERRORS,
        v.CODE,
    ),
)
BY_TYPE = {kind: [topic for topic in TOPICS if topic.type == kind] for kind in {topic.type for topic in TOPICS}}
BY_KEY = {topic.key: topic for topic in TOPICS}

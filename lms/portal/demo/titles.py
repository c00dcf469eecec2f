"""The 64 titles of the demo catalogue, by topic: number, title, level, form, minutes.

Forms: O online, C class, B base, T team, V live. Only O is learnt from a screen; of the rest the catalogue holds what
one reads beforehand.
"""

from dataclasses import dataclass

LEVELS = {"基": "BASIC", "中": "INTERMEDIATE", "高": "ADVANCED"}
FORMS = {"C": "面授", "B": "基地实训", "T": "科队训练", "V": "直播"}
TOPICS = (
    ("politics", "思想政治与作风"), ("procedure", "执法程序与文书"), ("legal", "法制审核与救济"),
    ("building", "违法建筑与房屋"), ("streets", "市容与街面"), ("waste", "垃圾与扬尘"), ("utilities", "水务与燃气"),
    ("service", "社区与涉企"), ("smart", "智慧执法"), ("field", "现场与体能"), ("office", "管理与师资"),
)  # fmt: skip


@dataclass(frozen=True)
class Title:
    number: int
    title: str
    level: str
    forms: str
    minutes: int
    topic: str

    @property
    def code(self) -> str:
        return f"C{self.number:02d}"

    @property
    def is_online(self) -> bool:
        return "O" in self.forms


_TABLE = """
1 习近平法治思想专题 基 O 45 politics
2 廉政警示教育（年度） 基 O 45 politics
3 作风纪律与行为规范 基 O/T 40 politics
4 上海城管职业精神 基 O 20 politics
5 行政处罚法要点 基 O 90 procedure
6 行政强制法与强制措施 中 O/C 90 procedure
7 城管综合行政执法条例与实施办法 基 O 60 procedure
8 综合行政执法程序规定 基 C 120 procedure
9 简易程序与普通程序办案 基 T 90 procedure
10 执法文书制作 基 C/T 120 procedure
11 电子送达与线上缴款 中 O 30 procedure
12 行政执法三项制度 基 O 60 procedure
13 执法全过程记录规范 基 O/T 30 procedure
14 重大执法决定法制审核 高 C 180 legal
15 处罚裁量基准适用 中 O/C 60 procedure
16 轻微违法免罚清单 中 O 30 procedure
17 案件审核与案卷评查 高 C 180 legal
18 复议诉讼败诉案例剖析 中 C/V 120 legal
19 出庭应诉旁听讲评 高 B 180 legal
20 行刑衔接：19个罪名与42项事项 高 C 120 legal
21 违法建筑认定与拆除程序 中 C/B 180 building
22 新增违建快速处置 基 T 60 building
23 损坏房屋承重结构查处 中 O 60 building
24 户外广告设施与店招店牌 中 O/B 60 streets
25 建筑垃圾全链条监管 中 C/B 180 waste
26 建筑垃圾新规解读 基 O 30 waste
27 运输许可证吊销程序 高 C 60 waste
28 生活垃圾分类执法十事项 基 O 60 waste
29 餐厨垃圾与废弃油脂 中 O/B 60 waste
30 文明施工与扬尘噪声 中 O/B 60 waste
31 餐饮油烟与露天焚烧 基 O 45 waste
32 水务执法：供排水与河道 中 C 120 utilities
33 燃气执法指引 中 O/C 90 utilities
34 电动自行车安全治理 基 O 30 streets
35 共享单车与占道堆物 基 O 30 streets
36 无序设摊与“摊”服务体系 基 O/T 45 streets
37 721工作法 基 O 20 streets
38 物业管理与群租治理 中 O 60 building
39 占绿毁绿与树木砍伐 中 O 30 streets
40 优秀历史建筑保护执法 高 B 120 building
41 滨水公共空间条例 基 O 45 streets
42 城管进社区与普法 基 O/T 30 service
43 信访与投诉处置 基 O/T 45 service
44 涉企检查：检查码与双随机 基 O 45 service
45 信用修复与信用惩戒 中 O 30 service
46 分级分类监管 基 O/T 45 service
47 非现场执法 中 O/C 90 smart
48 浦东非现场执法规定解读 中 O 45 smart
49 执法对象监管系统操作 基 O 30 smart
50 网上办案系统操作 基 O 45 smart
51 智能办案辅助与知识图谱 中 O 30 smart
52 无人机与视频巡查 中 B 120 smart
53 现场执法沟通与突发处置 中 B 180 field
54 队列训练 基 B/T 120 field
55 体能训练与测试 基 B 120 field
56 重大活动保障岗前训练 中 C/B 240 field
57 舆情应对与宣传 中 C 90 office
58 采购招标与廉政风险 中 C 90 office
59 执法监督实务 高 C 180 office
60 中队长管理能力 高 C 360 office
61 小教员授课技巧 中 C 240 office
62 课件制作与脱敏 中 C 120 office
63 长三角裁量趋同与证据互认 高 C 120 office
64 执法重点问题答疑直播（月度） 基 V 60 office
"""


def _title(line: str) -> Title:
    number, title, level, forms, minutes, topic = line.split()
    return Title(int(number), title, LEVELS[level], forms, int(minutes), topic)


TITLES = tuple(_title(line) for line in _TABLE.strip().splitlines())

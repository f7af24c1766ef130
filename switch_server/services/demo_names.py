"""Invented names for the demonstration: common surnames, and given names made of common characters."""

from random import Random

SURNAMES = "李王张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
FIRST = "小晓文志建国海明丽秀玉春雪俊嘉思雨子佳欣宇浩泽梓诗永德家伟美慧静婉振荣耀启"
SECOND = "明华强军平杰涛辉鹏芳娟敏静丽艳霞玲萍红燕娜婷颖琳慧怡瑶轩博然涵琪宁安康祥瑞成林"
ENGLISH = ("Alice Example", "Brian Sample", "Carol Placeholder", "David Specimen", "Emma Pattern", "Frank Template")
"""Customers who are served in English."""


def chinese_name(random: Random) -> str:
    """Two or three characters."""
    name = random.choice(SURNAMES) + random.choice(FIRST)
    return name if random.random() < 0.2 else name + random.choice(SECOND)

"""The signature of the gateways of Taobao and JD, which are the same: all parameters, sorted, between the secret."""

import hashlib
from datetime import datetime

from jobs.platforms import Pairs
from models.times import CHINA


def sealed(params: Pairs, secret: str, at: datetime) -> Pairs:
    """The parameters with the time in China to the second, the method and the signature, 32 upper-case hex digits.

    Source  https://open.taobao.com/doc.htm?docId=101617 (MD5); JD's sign_method knows md5 alone
    """
    told = (*params, ("sign_method", "md5"), ("timestamp", f"{at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}"))
    text = "".join(f"{name}{value}" for name, value in sorted(told) if value)
    digest = hashlib.md5(f"{secret}{text}{secret}".encode(), usedforsecurity=False).hexdigest()
    return (*told, ("sign", digest.upper()))

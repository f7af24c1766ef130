"""SDP of fax over UDPTL (ITU-T T.38 annex D) as boxes of several makers write it: the form is theirs, addresses and numbers are invented."""


def body(*lines: str, ip: str = "127.0.0.1", version: int = 2) -> str:
    return "".join(
        line + "\r\n" for line in ("v=0", f"o=- 1 {version} IN IP4 {ip}", "s=-", f"c=IN IP4 {ip}", "t=0 0", *lines)
    )


PLAIN = (
    "m=image 41000 udptl t38", "a=T38FaxVersion:0", "a=T38MaxBitRate:14400", "a=T38FaxRateManagement:transferredTCF",
    "a=T38FaxMaxBuffer:262", "a=T38FaxMaxDatagram:176", "a=T38FaxUdpEC:t38UDPRedundancy",
)  # fmt: skip
T38 = body(*PLAIN)

CISCO = body(
    "m=image 41000 udptl t38", "a=T38FaxVersion:0", "a=T38MaxBitRate:14400", "a=T38FaxFillBitRemoval:0",
    "a=T38FaxTranscodingMMR:0", "a=T38FaxTranscodingJBIG:0", "a=T38FaxRateManagement:transferredTCF",
    "a=T38FaxMaxBuffer:200", "a=T38FaxMaxDatagram:320", "a=T38FaxUdpEC:t38UDPRedundancy",
)  # fmt: skip
HUAWEI = body(
    "m=audio 0 RTP/AVP 8", "m=image 41000 udptl t38", "a=T38FaxVersion:0", "a=T38MaxBitRate:14400",
    "a=T38FaxRateManagement:transferredTCF", "a=T38FaxMaxDatagram:400", "a=T38FaxUdpEC:t38UDPRedundancy", "a=sendrecv",
)  # fmt: skip
AUDIOCODES = body(
    "m=audio 40000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", "a=inactive", "m=image 41000 UDPTL t38", "a=sendrecv", "a=t38faxversion:0",
    "a=t38maxbitrate:14400", "a=t38faxmaxbuffer:1024", "a=t38faxmaxdatagram:238", "a=t38faxratemanagement:transferredTCF",
    "a=t38faxudpec:t38UDPRedundancy",
)  # fmt: skip
ASTERISK = body(
    "m=image 41000 udptl t38", "a=T38FaxVersion:0", "a=T38MaxBitRate:14400", "a=T38FaxFillBitRemoval",
    "a=T38FaxTranscodingMMR", "a=T38FaxTranscodingJBIG", "a=T38FaxRateManagement:transferredTCF", "a=T38FaxMaxDatagram:1400",
    "a=T38FaxUdpEC:t38UDPFEC",
)  # fmt: skip
BARE = body("m=image 41000 udptl T38")
NO_CORRECTION = T38.replace("t38UDPRedundancy", "t38UDPNoEC")
SLOW = T38.replace("14400", "9600").replace("FaxVersion:0", "FaxVersion:3")

TCP = T38.replace("udptl", "TCP")
TCP_TOO = body(*PLAIN, "m=image 41002 TCP t38", "a=setup:actpass", "m=image 41004 TCP/RTP/AVP t38")
LOCAL_CHECK = T38.replace("transferredTCF", "localTCF")
REFUSED = body("m=image 0 udptl t38")

iso="x.iso"
memory=  1024
names=["a",
"b"]
tags={a="b",cc="d"}

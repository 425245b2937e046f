a = var.x
b = source.qemu.x.name
c = x[0]
d = x[0][1].y
e = x["k"]
f = x.*.y
g = x[*].y

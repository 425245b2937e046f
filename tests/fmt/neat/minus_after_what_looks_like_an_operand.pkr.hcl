a = "${- 1}"
b = { for k in x : k => - 1 }
c = [for x in y : x if - z > 1]
d = (1) - 2
e = x[0] - 1
f = "x" - 1

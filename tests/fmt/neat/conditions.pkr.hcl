a = x ? 1 : 2
b = x ? "y" : "z"
c = x ? y ? 1 : 2 : 3
d = x == null ? [] : [x]

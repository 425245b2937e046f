a = [for x in [1, 2] : x]
b = [for x in(y) : x if(z)]
c = [for x in { a = 1 } : x]

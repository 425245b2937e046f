a-b=1
a_b-c=2
_x=3
x9=4

a={x=1,y=2}
b={x:1,"y":2}
c={}
d={ }
e={
x=1
yy=2
"z"=3
(local.k)=4
}

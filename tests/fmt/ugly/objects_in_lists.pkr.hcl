disks=[{size=1,name="a"},{size=2,name="bb"}]
more=[
{
size=1
},{
size=2
},
{ size=3 }
]

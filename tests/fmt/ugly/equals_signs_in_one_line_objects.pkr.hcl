a={b={c=1}}
longer={b=1}
x={
y={z=1}
yyyy={z=22}
}

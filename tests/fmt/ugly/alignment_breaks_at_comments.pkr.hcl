short=1
# between
longer_name=2
// between
much_longer_name=3
/* between */
m=4

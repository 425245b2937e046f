   # indented for no reason
#  inner   blanks   stay
	// a tab in front
##
#
a=1

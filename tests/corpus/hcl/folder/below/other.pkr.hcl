neither is "this

# Read only when it is named.
from_file       = "named.pkrvars.hcl"
from_later_file = "named.pkrvars.hcl"
from_flag       = "named.pkrvars.hcl"

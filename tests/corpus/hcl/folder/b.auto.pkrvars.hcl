from_later_automatic = "b.auto.pkrvars.hcl"
required             = ["b.auto.pkrvars.hcl"]

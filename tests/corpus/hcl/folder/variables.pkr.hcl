variable "from_default" {
  type    = string
  default = "default"
}

variable "from_environment" {
  type    = string
  default = "default"
}

variable "from_automatic_hcl" {
  type    = string
  default = "default"
}

variable "from_automatic_json" {
  type    = string
  default = "default"
}

variable "from_later_automatic" {
  type    = string
  default = "default"
}

variable "from_file" {
  type    = string
  default = "default"
}

variable "from_later_file" {
  type    = string
  default = "default"
}

variable "from_flag" {
  type    = string
  default = "default"
}

variable "required" {
  type = list(string)
}

#!/bin/sh -e
echo setup.sh

#!/bin/sh -e
echo report.sh

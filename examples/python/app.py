#!/usr/bin/env python3
from aws_cdk import App

from article.estate import Estate

app = App()
Estate(app, "Article")
app.synth()

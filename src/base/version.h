// The version of Python that Kaa behaves as: that of the library that set-up obtains, beside whose CPython it is tested. Programs ask for it to know what was mended.
#pragma once

#define KAA_PYTHON_MICRO 10
#define KAA_TEXT_(x) #x
#define KAA_TEXT(x) KAA_TEXT_(x)
#define KAA_PYTHON_VERSION "3.14." KAA_TEXT(KAA_PYTHON_MICRO)

#include "cfloors.h"

// The floors: C programs that do the engine's work with nothing around it.
#pragma once

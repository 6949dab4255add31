// System calls that only tests make, and that Swift cannot spell.
#pragma once

#include <stdint.h>

/// Stops the file system that `descriptor` lies on as a power failure does (FS_IOC_SHUTDOWN): what
/// is not on the disk by now never gets there, and every later call fails. It takes root.
///
/// With `is_flushing_log` the journal is written once more: names arrive whose bytes do not.
/// Answers -1 and sets errno when it fails.
int nwt_cut_power(int descriptor, int is_flushing_log);

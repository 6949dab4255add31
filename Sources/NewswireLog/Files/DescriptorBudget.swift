internal import Glibc

/// How many descriptors and maps a library may take of what the process is allowed.
///
/// It raises no limit: they are the program's, which needs the rest for itself.
package struct DescriptorBudget: Hashable, Sendable {
    /// Half of the soft limit of open files.
    package let descriptors: Int
    /// A quarter of the limit of maps.
    package let maps: Int

    /// Divides the two limits.
    package init(openFilesMax: Int, mapsMax: Int) {
        descriptors = openFilesMax / 2
        maps = mapsMax / 4
    }

    /// What the limits of this process are now.
    package static func ofThisProcess() -> DescriptorBudget {
        DescriptorBudget(openFilesMax: softLimitOfOpenFiles(), mapsMax: limitOfMaps())
    }

    private static func softLimitOfOpenFiles() -> Int {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 1024
        }
        return Int(clamping: limit.rlim_cur)
    }

    private static func limitOfMaps() -> Int {
        let usual = 65_530
        do throws(IOFailure) {
            let file = try PosixFileSystem().openFile("/proc/sys/vm/max_map_count", .read)
            let digits = try file.read(32, at: .start).prefix { (0x30...0x39).contains($0) }
            return Int(String(decoding: digits, as: UTF8.self)) ?? usual
        } catch {
            return usual  // In a sandbox without /proc: what the kernel has unless told otherwise.
        }
    }
}

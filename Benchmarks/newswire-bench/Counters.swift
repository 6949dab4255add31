internal import CFloors

/// What is read before and after a timed part.
enum Counters {
    static var nanoseconds: Int64 { nwb_now() }

    /// Allocations of the whole process so far.
    static var allocations: UInt64 { nwb_allocations() }

    /// Processor time of this process so far.
    static var processNanoseconds: Int64 { nwb_process_time() }

    /// The pseudo-random number that belongs to `seed` and `step`, in C and here alike.
    static func random(seed: UInt64, step: Int) -> UInt64 { nwb_random(seed, UInt64(step)) }
}

/// Random look-ups: the engine's and the floor's go to the same places.
struct SeekPlan {
    /// Offsets, or timestamps in milliseconds.
    let keys: Range<Int64>
    let isByTime: Bool
    let lookupCount: Int
    let seed: UInt64
    var indexIntervalBytes = 4096

    /// Where look-up number `step` goes.
    func key(_ step: Int) -> Int64 {
        let random = Counters.random(seed: seed, step: step) % UInt64(keys.count)
        return keys.lowerBound + Int64(random)
    }
}

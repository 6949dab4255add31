internal import NewswireLog

/// What is appended, by the engine and by its floor.
struct AppendPlan {
    let values: ValueSource
    let recordsPerBatch: Int
    let batchCount: Int
    let level: Durability
    var segmentBytes = 1 << 30
    var flushBytes = 16 << 20
    /// Whether the floor writes into a file that has its blocks and pages already.
    var isFloorOverwriting = false

    /// How many records there are.
    var amount: Int { recordsPerBatch * batchCount }

    /// How many bytes their values have.
    var valueByteCount: Int { amount * values.valueByteCount }
}

/// Bytes that values are cut from, one after the other, from the beginning again at the end.
struct ValueSource {
    let bytes: [UInt8]
    let valueByteCount: Int

    /// Fits a second-level cache: what is measured is the engine, not the caller's data.
    static let byteCount = 256 << 10

    /// Letters in no order.
    static func letters(valueByteCount: Int) -> ValueSource {
        let count = max(byteCount, valueByteCount)
        let bytes = (0..<count).map { UInt8(97 + Counters.random(seed: 1, step: $0) % 26) }
        return ValueSource(bytes: bytes, valueByteCount: valueByteCount)
    }

    /// Events as services write them, filled up to one size with spaces.
    static func events(valueByteCount: Int) -> ValueSource {
        var bytes: [UInt8] = []
        for number in 0..<(byteCount / valueByteCount) {
            let event = event(number)
            bytes += event.utf8.prefix(valueByteCount)
            bytes += repeatElement(
                UInt8(ascii: " "), count: max(0, valueByteCount - event.utf8.count))
        }
        return ValueSource(bytes: bytes, valueByteCount: valueByteCount)
    }

    private static func event(_ number: Int) -> String {
        func pick(_ step: Int, _ limit: UInt64) -> UInt64 {
            Counters.random(seed: UInt64(number), step: step) % limit
        }
        let type = ["OrderPlaced", "OrderPaid", "OrderShipped", "OrderCancelled"][Int(pick(0, 4))]
        return """
            {"id":"\(String(pick(1, .max), radix: 16))","type":"\(type)",\
            "time":"2026-03-\(10 + pick(2, 20))T\(10 + pick(3, 14)):\(10 + pick(4, 50)):00Z",\
            "customer":{"id":\(pick(5, 100_000)),"country":"DE"},\
            "items":[{"sku":"A-\(pick(6, 5000))","quantity":\(1 + pick(7, 5)),\
            "price":\(pick(8, 100)).\(10 + pick(9, 89))}],"currency":"EUR","source":"web"}
            """
    }
}

@main
struct NewswireCommand {
    static func main() {}
}

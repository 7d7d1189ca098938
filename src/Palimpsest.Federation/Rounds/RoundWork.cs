namespace Palimpsest.Federation.Rounds;

/// <summary>What workers share in a round; nothing of it changes while they work.</summary>
/// <param name="Round">The round.</param>
/// <param name="Download">What is sent to clients.</param>
/// <param name="Pool">Room for contributions.</param>
/// <param name="Vectors">What clients keep; null where they keep nothing.</param>
/// <param name="LastAnswers">For each client the number of rounds when it last had answered one; 0 for never.</param>
internal sealed record RoundWork(ServerRound Round, RoundDownload Download, VectorPool Pool, ClientVectorStore? Vectors, IReadOnlyList<int> LastAnswers);

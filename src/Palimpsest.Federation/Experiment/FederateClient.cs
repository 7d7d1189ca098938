namespace Palimpsest.Federation.Experiment;

/// <summary>What a client had to do with a federation.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Answers">Rounds in whose average its answer is.</param>
/// <param name="Download">Bytes sent to it.</param>
/// <param name="Upload">Bytes sent by it.</param>
public sealed record FederateClient(string Name, int Answers, long Download, long Upload);

namespace Palimpsest.Federation.Rounds;

/// <summary>An answer that was not taken in.</summary>
/// <param name="Client">The client's number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record RoundRefusal(int Client, string Name, string Reason);

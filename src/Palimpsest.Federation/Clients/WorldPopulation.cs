using System.Globalization;
using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Evaluation;

namespace Palimpsest.Federation.Clients;

/// <summary>Owners of the embedded world as clients: each learns its own facts and is asked about them in other words. Everything is made when it is asked
/// for.</summary>
/// <param name="first">Number of the first owner; the others follow, from the last one on to owner 0.</param>
/// <param name="count">How many, at most all of the world's.</param>
/// <param name="facts">Facts of each, from 1 to <see cref="Owner.FactCount"/>.</param>
/// <param name="examplesPerFact">Training examples of a fact.</param>
public sealed class WorldPopulation(int first, int count, int facts, int examplesPerFact) : ClientPopulation
{
    /// <inheritdoc/>
    public override string Subject => string.Create(CultureInfo.InvariantCulture, $"{count:N0} owners of the embedded world with {facts} facts each");

    /// <inheritdoc/>
    public override int Count => count;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Labels => [];

    /// <inheritdoc/>
    public override string NameOf(int client) => OwnerOf(client).Slug;

    /// <inheritdoc/>
    public override IEnumerable<TextExample> Training(int client) => OwnerOf(client).TrainingExamples(facts, examplesPerFact);

    /// <inheritdoc/>
    public override IEnumerable<ChoiceItem> HeldOut(int client) =>
        OwnerOf(client).HeldOutQuestions(facts).Select(question => new ChoiceItem(question.Prompt, question.Completions(), 0));

    private Owner OwnerOf(int client) => World.V1.Owner((first + client) % World.OwnerCount);
}

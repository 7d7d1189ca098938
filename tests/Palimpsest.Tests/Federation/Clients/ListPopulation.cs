using Palimpsest.Data;
using Palimpsest.Evaluation;
using Palimpsest.Federation.Clients;

namespace Palimpsest.Tests.Federation.Clients;

/// <summary>Clients with given examples; what a client learns it is asked too.</summary>
internal sealed class ListPopulation(IReadOnlyList<string> labels, params IReadOnlyList<TextExample>[] clients) : ClientPopulation
{
    public override string Subject => "lists";

    public override int Count => clients.Length;

    public override IReadOnlyList<string> Labels => labels;

    public override string NameOf(int client) => $"client {client}";

    public override IEnumerable<TextExample> Training(int client) => clients[client];

    public override IEnumerable<ChoiceItem> HeldOut(int client) => clients[client].Select(example => labels.Count > 0
        ? new ChoiceItem(example.Prompt, labels, labels.Index().First(label => label.Item == example.Completion).Index)
        : new ChoiceItem(example.Prompt, [example.Completion], 0));
}

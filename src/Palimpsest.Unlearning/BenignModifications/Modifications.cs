using Palimpsest.Runs.Recipes;
using Palimpsest.Unlearning.BenignModifications.Forms;

namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>The modifications by their names: a new one is one file, and one line here.</summary>
public static class Modifications
{
    private static readonly IBenignModification[] s_all =
    [
        new PairedQuestions("paired", PairLayout.And, own: false),
        new PairedQuestions("paired-own", PairLayout.And, own: true),
        new PairedQuestions("paired-numbered", PairLayout.Numbered, own: false),
        new PairedQuestions("paired-numbered-own", PairLayout.Numbered, own: true),
        new SwappedChoices(),
        new SwappedLetters(),
        new InsertedKeyword(),
        new Paraphrase(),
        new OtherFormat(),
        new Completion(),
        new OtherWordsAndFormat(),
    ];

    /// <summary>All of them, in the order of reports.</summary>
    public static IReadOnlyList<IBenignModification> All => s_all;

    /// <summary>One of them.</summary>
    /// <exception cref="PalimpsestException">There is none of that name; the message names the nearest.</exception>
    public static IBenignModification Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return s_all.FirstOrDefault(one => one.Name == name)
            ?? throw new PalimpsestException($"The modification {RecipeChoices.Unknown(s_all.Select(one => one.Name), name)}");
    }
}

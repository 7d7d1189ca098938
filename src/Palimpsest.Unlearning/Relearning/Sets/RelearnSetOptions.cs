using System.Globalization;
using Palimpsest.Common;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Models;
using Palimpsest.Numerics;
using Palimpsest.Runs.Recipes;

namespace Palimpsest.Unlearning.Relearning.Sets;

/// <summary>A kind of relearning set with its settings: <c>public-text</c>, or <c>{ name: file, path: notes.txt }</c> in a recipe.</summary>
[RecipeChoice(typeof(RelearnSets))]
public abstract record RelearnSetOptions : IValidated
{
    /// <summary>Most texts that are taken, drawn at random; 0 for all.</summary>
    /// <value>The default is 0.</value>
    public int Most { get; init; }

    /// <summary>Stops where an answer is in a text, instead of leaving the text out and counting it.</summary>
    /// <value>The default is false.</value>
    public bool Strict { get; init; }

    /// <inheritdoc/>
    public virtual IEnumerable<string> Problems() => Most >= 0 ? [] : ["most must be at least 0."];

    /// <summary>Whether the answers themselves are in the set on purpose.</summary>
    private protected virtual bool HasAnswers => false;

    /// <summary>The texts.</summary>
    private protected abstract IEnumerable<TextExample> Texts(RelearnMaterial material);

    /// <summary>A text as tokens; null where it does not fit.</summary>
    private protected virtual TokenSequence? Encode(TextExample text, ExampleEncoder encoder, Text.Tokenizer tokenizer, RandomStream random) =>
        encoder.Encode(text);

    /// <summary>Makes the set.</summary>
    /// <param name="material">What it is made of.</param>
    /// <param name="model">Gives the tokens and the form of chats; the models that are attacked have the same.</param>
    /// <param name="random">All draws.</param>
    /// <exception cref="PalimpsestException">Nothing is left to learn, or an answer is in a text and the set is strict.</exception>
    public RelearnSet Build(RelearnMaterial material, LanguageModel model, RandomStream random)
    {
        ArgumentNullException.ThrowIfNull(material);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(random);
        string name = RecipeChoices.NameOf(this);
        TextExample[] all = [.. Texts(material)];
        AnswerCheck check = new(material.Targets);
        TextExample[] silent = HasAnswers ? all : [.. all.Where(text => !check.Tells(text.Prompt + text.Completion))];
        int told = all.Length - silent.Length;
        if (told > 0 && Strict)
        {
            TextExample first = all.First(text => check.Tells(text.Prompt + text.Completion));
            throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
                $"{name}: {told} of {all.Length} texts hold an answer that is to come back ")
                + $"(\"{Start(first)}\"). Take them out, or leave strict out: they are then left out and counted.");
        }

        if (Most > 0 && silent.Length > Most)
        {
            random.Child("drawn").Shuffle<TextExample>(silent);
            silent = silent[..Most];
        }

        ExampleEncoder encoder = new(model.Tokenizer, model.Model.Config.ContextLength, TooLongPolicy.Skip, chat: model.Chats);
        RandomStream draws = random.Child("tokens");
        TokenSequence[] sequences = [.. silent.Select(text => Encode(text, encoder, model.Tokenizer, draws)).OfType<TokenSequence>()];
        return sequences.Length > 0
            ? new RelearnSet(name, sequences) { Told = told, TooLong = silent.Length - sequences.Length, HasAnswers = HasAnswers }
            : throw new PalimpsestException(string.Create(CultureInfo.InvariantCulture,
                $"{name}: there is nothing to learn again: {all.Length} texts, of which ")
                + string.Create(CultureInfo.InvariantCulture, $"{told} hold an answer and {silent.Length - sequences.Length} do not fit. {WayOut}"));
    }

    /// <summary>What to do where there is nothing to learn.</summary>
    private protected abstract string WayOut { get; }

    private static string Start(TextExample text)
    {
        string whole = (text.Prompt + text.Completion).ReplaceLineEndings(" ");
        return whole.Length > 80 ? whole[..80] + "..." : whole;
    }
}

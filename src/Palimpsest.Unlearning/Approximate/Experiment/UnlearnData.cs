using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Evaluation;
using Palimpsest.Jobs;
using Palimpsest.Models;
using Palimpsest.Torch;

namespace Palimpsest.Unlearning.Approximate.Experiment;

/// <summary>The sets of a recipe: as tokens for the batches, as texts for the measures.</summary>
internal sealed class UnlearnData
{
    private readonly UnlearnRecipe _recipe;
    private readonly TextExample[] _forgetTexts, _retainTexts;

    public UnlearnData(UnlearnRecipe recipe, LanguageModel model)
    {
        _recipe = recipe;
        int context = model.Model.Config.ContextLength, length = recipe.Train.MaxLength > 0 ? Math.Min(recipe.Train.MaxLength, context) : context;
        ExampleEncoder encoder = new(model.Tokenizer, length, recipe.Data.TooLong, chat: model.Chats);
        (Forget, Retain) = (new EncodedList(Open(recipe.Data.Forget), encoder), new EncodedList(Open(recipe.Data.Retain), encoder));
        (_forgetTexts, _retainTexts) = (Texts(Forget), Texts(Retain));
        Suite = new EvaluationSuite();
        foreach ((string name, string label, TextExample[] texts) in new[] { ("forget", "to be forgotten", _forgetTexts), ("retain", "to stay", _retainTexts) })
        {
            Suite.AddAnswerProbability($"{name}_answer_probability", $"{label}, answer probability", texts);
            Suite.AddPerplexity($"{name}_perplexity", $"{label}, perplexity per token", texts);
        }

        EvaluationData.AddSets(Suite, new EvaluateSection { Sets = recipe.Evaluate.Sets });
    }

    /// <summary>Rows that are to be forgotten.</summary>
    public EncodedList Forget { get; }

    /// <summary>Rows that are to stay.</summary>
    public EncodedList Retain { get; }

    /// <summary>What is measured before and after.</summary>
    public EvaluationSuite Suite { get; }

    /// <summary>A file of the recipe.</summary>
    public IExampleSource Open(string file) => _recipe.Data.Columns.Open(file, _recipe.Data.SkipBad);

    /// <summary>Batches for the recipe's method.</summary>
    public ForgetRetainBatches Batches(TorchContext torch)
    {
        UnlearningOptions method = _recipe.Method.Objective;
        return new ForgetRetainBatches(Forget, method.NeedsRetain ? Retain : null, _recipe.Train.BatchSize, torch.Stream("unlearn", "batches"),
            method.Alternates switch
            {
                AlternateAnswers.Refusals => OtherAnswers.Refusing(Forget, Refusals()),
                AlternateAnswers.Given => OtherAnswers.Given(Forget, Open(_recipe.Data.Alternatives!)),
                _ => null,
            });
    }

    /// <summary>Mean cross-entropies of both sets' answers, in nats a token.</summary>
    public (double Forget, double Retain) Nats(LanguageModel model)
    {
        double Of(TextExample[] texts) => Math.Log(TextPerplexity.PerToken(TextPerplexity.Measure(model, texts)));
        return (Of(_forgetTexts), Of(_retainTexts));
    }

    private string[] Refusals()
    {
        if (_recipe.Data.Refusals is not string file)
        {
            return [.. OtherAnswers.Refusals];
        }

        string[] lines = File.Exists(file) ? [.. File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0)]
            : throw new PalimpsestException($"data.refusals: there is no file {file}.");
        return lines.Length > 0 ? lines : throw new PalimpsestException($"data.refusals: {file} holds no refusal. Write one a line.");
    }

    private TextExample[] Texts(EncodedList list) => [.. Enumerable.Range(0, Math.Min(list.Count, _recipe.Evaluate.Most)).Select(list.Example)];
}

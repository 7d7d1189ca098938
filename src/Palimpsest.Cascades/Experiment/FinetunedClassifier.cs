using System.Diagnostics;
using Palimpsest.Cascades.Agreement;
using Palimpsest.Cascades.Predictors;
using Palimpsest.Data;
using Palimpsest.Data.Batches;
using Palimpsest.Jobs;
using Palimpsest.Jobs.Finetune;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Models.Transformers;
using Palimpsest.Numerics;
using Palimpsest.Text;
using Palimpsest.Torch;

namespace Palimpsest.Cascades.Experiment;

/// <summary>A transformer, decoder or encoder, whose classification head and whole body are fine-tuned.</summary>
internal sealed class FinetunedClassifier : IDisposable
{
    private readonly CascadeRecipe _recipe;
    private readonly TransformerModel _model;
    private readonly Func<TextExample, TokenSequence> _encode;
    private readonly IReadOnlyList<string> _labels;
    private readonly RandomStream _random;

    /// <summary>Loads the recipe's model with a fresh head.</summary>
    public FinetunedClassifier(CascadeRecipe recipe, IReadOnlyList<string> labels, RandomStream random)
    {
        (_recipe, _labels, _random) = (recipe, labels, random);
        TorchContext torch = recipe.Model.Context(recipe.Seed);
        using ModelSource source = ModelSource.Open(EmbeddedModels.Resolve(recipe.Model.Name));
        Tokenizer tokenizer = source.ReadTokenizer();
        int context = source.Config.ContextLength, length = recipe.Train.MaxLength > 0 ? Math.Min(recipe.Train.MaxLength, context) : context;
        if (source.Config is EncoderConfig)
        {
            _model = source.LoadClassifier<EncoderModel>(torch, labels, random.Child("head"));
            EncoderTexts texts = new(tokenizer, length, TooLongPolicy.Truncate, labels);
            _encode = example => texts.Encode(example)!;
        }
        else
        {
            _model = source.LoadClassifier(torch, labels, random.Child("head"));
            ExampleEncoder texts = new(tokenizer, length, labels, TooLongPolicy.Truncate);
            _encode = example => texts.Encode(example)!;
        }
    }

    /// <summary>What sets the classifier apart: a hash of its weights.</summary>
    public string Identity => _model.Parameters.Hash();

    /// <summary>Fine-tunes on texts, or goes on where a killed run had come to.</summary>
    /// <returns>Whether the end was reached.</returns>
    public bool Train(IReadOnlyList<(string Text, int Class)> texts, JobContext context) => BriefTraining.Run(_recipe.Model.ShortName, _model,
        [.. texts.Select(item => _encode(new TextExample(item.Text, _labels[item.Class])))], BriefTraining.StepsFor(texts.Count, _recipe.Train),
        _recipe.Train, _random, context);

    /// <summary>Classifies many texts in batches; each reply has the mean time, and a lone text takes longer.</summary>
    public IReadOnlyList<MemberReply> AskAll(IReadOnlyList<string> texts)
    {
        long clock = Stopwatch.GetTimestamp();
        IReadOnlyList<MemberReply> replies = ClassifierPredictor.Replies(_model, [.. texts.Select(text => _encode(new TextExample(text, _labels[0])))]);
        double seconds = Stopwatch.GetElapsedTime(clock).TotalSeconds / texts.Count;
        return [.. replies.Select(reply => reply with { Usage = reply.Usage with { Seconds = seconds } })];
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();
}

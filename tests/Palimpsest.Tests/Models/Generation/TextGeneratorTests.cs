using System.Text;
using Palimpsest.Models;
using Palimpsest.Models.Generation;
using Palimpsest.Models.Sources;
using Palimpsest.Numerics;

namespace Palimpsest.Tests.Models.Generation;

public sealed class TextGeneratorTests
{
    private static readonly string[] s_prompts = ["Once", "The town of", "In the morning, the baker", "A", "Long ago there was a small"];
    private static readonly SamplingOptions s_sampled = new() { MaxNewTokens = 30, Temperature = 1, TopP = 0.95, RepetitionPenalty = 1.1, MinP = 0.02 };

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // a hook makes it the torch path
    public void Complete_SameSeed_GivesTheSameTextStreamedBatchedOrAlone(bool managed)
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
        using IDisposable? hook = managed ? null : model.Model.Hooks.Add("hook_embed", x => x);
        StringBuilder[] pieces = [.. s_prompts.Select(_ => new StringBuilder())];
        IReadOnlyList<Completion> streamed = TextGenerator.Complete(model, s_prompts, s_sampled, new RandomStream(4), (i, piece) => pieces[i].Append(piece));
        IReadOnlyList<Completion> plain = TextGenerator.Complete(model, s_prompts, s_sampled, new RandomStream(4));
        Assert.Equal(plain.Select(item => item.Text), streamed.Select(item => item.Text));
        Assert.Equal(plain.Select(item => item.Text), pieces.Select(text => text.ToString()));
        Assert.Equal(plain[0].Tokens, TextGenerator.Complete(model, [s_prompts[0]], s_sampled, new RandomStream(4))[0].Tokens);
        Assert.NotEqual(plain[0].Text, TextGenerator.Complete(model, [s_prompts[0]], s_sampled, new RandomStream(5))[0].Text);
        for (int i = 0; i < s_prompts.Length; i++)
        {
            Assert.Equal(model.Tokenizer.Decode([.. model.Tokenizer.Encode(s_prompts[i]), .. plain[i].Tokens]), model.Tokenizer.Decode(model.Tokenizer.Encode(s_prompts[i])) + plain[i].Text);
        }
    }

    [Fact]
    public void Complete_StopText_CutsAndSaysSo()
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
        SamplingOptions options = new() { MaxNewTokens = 40 };
        Completion whole = TextGenerator.Complete(model, ["The town of"], options, new RandomStream(1))[0];
        string stop = whole.Text[12..17];
        Completion cut = TextGenerator.Complete(model, ["The town of"], options with { StopTexts = [stop] }, new RandomStream(1))[0];
        Assert.Equal(whole.Text[..whole.Text.IndexOf(stop, StringComparison.Ordinal)], cut.Text);
        Assert.Equal(CompletionEnd.StopText, cut.End);
        Assert.True(cut.Tokens.Count < whole.Tokens.Count);
        Assert.Contains("need a tokenizer", Assert.Throws<PalimpsestException>(() => TextGenerator.Generate(model.Model, [[1]], options with { StopTexts = [stop] }, new RandomStream(1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Complete_Cancelled_KeepsWhatIsThere()
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
        using CancellationTokenSource source = new();
        int pieces = 0;
        Completion made = TextGenerator.Complete(
            model, ["The town of"], new SamplingOptions { MaxNewTokens = 40, StopAtEnd = false }, new RandomStream(1),
            (_, _) =>
            {
                if (++pieces == 5)
                {
                    source.Cancel();
                }
            },
            source.Token)[0];
        Assert.Equal(CompletionEnd.Cancelled, made.End);
        Assert.InRange(made.Tokens.Count, 5, 12);
    }

    [Theory]
    [InlineData("temperature", -1.0, 1.0)]
    [InlineData("repetition penalty", 0.0, 0.0)]
    public void Generate_OptionOutOfRange_NamesIt(string name, double temperature, double penalty)
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
        Assert.Contains(name, Assert.Throws<PalimpsestException>(() => TextGenerator.Generate(model.Model, [[1]], new SamplingOptions { Temperature = temperature, RepetitionPenalty = penalty }, new RandomStream(1))).Message, StringComparison.Ordinal);
    }
}

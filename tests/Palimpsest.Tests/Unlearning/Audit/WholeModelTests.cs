using Palimpsest.Data.Chats;
using Palimpsest.Evaluation;
using Palimpsest.Models;
using Palimpsest.Models.Sources;
using Palimpsest.Unlearning.Audit.Subjects;

namespace Palimpsest.Tests.Unlearning.Audit;

/// <summary>Answers that begin before the completions or go on behind them, on the embedded model.</summary>
public sealed class WholeModelTests
{
    private static readonly ChoiceItem Item = new("Question: Where does Ann live? And what does she do?\nAnswer:", [" Rye", " Harrowmere"], 1);

    [Fact]
    public void Begun_IsGivenLikeThePromptAndNotScored()
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
        WholeModel subject = new(model, "base");
        ChoiceItem begun = Item with { Begun = " Rye;" }, whole = Item with { Prompt = Item.Prompt + " Rye;" };
        double[][] scores = subject.Score([begun, whole]);
        Assert.Equal(scores[1], scores[0], (a, b) => Math.Abs(a - b) < 1e-4);
        double[] probabilities = subject.Probability([begun, whole]);
        Assert.Equal(probabilities[1], probabilities[0], 1e-5);

        // As a chat for a model without a template of its own, the same words are a user's message.
        Conversation chat = [new ChatMessage("user", "Where?"), new ChatMessage(ChatMessage.Assistant, "Rye; Harrowmere")];
        ChoiceItem spoken = new(chat.ToExample().Prompt, [" Harrowmere"], 0, chat) { Begun = " Rye;" };
        Assert.Equal(subject.Probability([spoken with { Chat = null, Prompt = spoken.Prompt + " Rye;", Begun = "" }])[0], subject.Probability([spoken])[0],
            1e-5);
    }

    [Fact]
    public void Open_LeavesTheEndTokenOut()
    {
        using LanguageModel model = LanguageModel.Load(EmbeddedModels.Default, TestContexts.F32(), LoadMode.Mapped);
        WholeModel subject = new(model, "base");
        int tokens = model.Tokenizer.EncodePrompt(Item.Prompt + " Harrowmere").Length - model.Tokenizer.EncodePrompt(Item.Prompt).Length;
        double nats = subject.Score([Item])[0][1], open = subject.Probability([Item with { Open = true }])[0], closed = subject.Probability([Item])[0];
        Assert.Equal(Math.Exp(nats / tokens), open, 1e-5);
        Assert.NotEqual(open, closed, 1e-6);
        Assert.Equal(ChoiceAccuracy.Answer(model, [Item with { Begun = " Rye;" }])[0] == 1, subject.Score([Item with { Begun = " Rye;" }])[0] is [double a,
            double b] && b > a);
    }
}

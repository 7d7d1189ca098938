namespace Palimpsest.Jobs.Finetune;

/// <summary>What a fine-tuned model is to do.</summary>
public enum FinetuneTask
{
    /// <summary>Goes on with texts.</summary>
    LanguageModel,

    /// <summary>Names the class of a text, by a head over its last token.</summary>
    Classification,
}

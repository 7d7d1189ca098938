namespace Palimpsest.Jobs.Finetune;

/// <summary>What a fine-tuned model is to do.</summary>
public enum FinetuneTask
{
    /// <summary>Goes on with texts.</summary>
    LanguageModel,

    /// <summary>Names the class of a text, by a head over its last token, or of an encoder over its first.</summary>
    Classification,

    /// <summary>Finds the passages that answer a query, by the vectors of a sentence encoder.</summary>
    Retrieval,

    /// <summary>Fills in hidden tokens of texts: goes on with the first training of an encoder.</summary>
    MaskedLanguageModel,
}

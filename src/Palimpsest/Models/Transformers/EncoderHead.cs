namespace Palimpsest.Models.Transformers;

/// <summary>What stands on top of an encoder.</summary>
public enum EncoderHead
{
    /// <summary>Nothing, such as <c>BertModel</c>.</summary>
    None,

    /// <summary>Scores of the hidden tokens, such as <c>BertForMaskedLM</c>.</summary>
    MaskedLanguage,

    /// <summary>Scores of classes, such as <c>BertForSequenceClassification</c>.</summary>
    Classification,
}

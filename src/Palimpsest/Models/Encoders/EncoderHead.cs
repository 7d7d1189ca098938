namespace Palimpsest.Models.Encoders;

/// <summary>What stands on top of an encoder.</summary>
public enum EncoderHead
{
    /// <summary>Nothing: <c>BertModel</c>.</summary>
    None,

    /// <summary>Scores of the hidden tokens: <c>BertForMaskedLM</c>.</summary>
    MaskedLanguage,

    /// <summary>Scores of classes: <c>BertForSequenceClassification</c>.</summary>
    Classification,
}

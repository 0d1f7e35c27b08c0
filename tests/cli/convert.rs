//! Other libraries' recipes, and what they really ask for.

use crate::tool::Place;

#[test]
fn what_other_libraries_call_alpha_becomes_weights_with_the_same_effect() {
    let place = Place::new();
    place.write("kd.yaml", "EXPERIMENT:\n  NAME: \"\"\nDISTILLER:\n  TYPE: \"KD\"\n  TEACHER: \"resnet32x4\"\nSOLVER:\n  BATCH_SIZE: 64\n  EPOCHS: 240\n  LR: 0.05\n  WEIGHT_DECAY: 0.0005\n  MOMENTUM: 0.9\n  TYPE: \"SGD\"\nKD:\n  TEMPERATURE: 4 # T\n  LOSS:\n    CE_WEIGHT: 0.1\n    KD_WEIGHT: 0.9\n");
    place.write("params.json", "{\n  \"model_version\": \"cnn_distill\",\n  \"alpha\": 0.9,\n  \"temperature\": 20,\n  \"num_epochs\": 30\n}\n");
    place.write(
        "torch.yaml",
        "criterion:\n  key: 'KDLoss'\n  kwargs:\n    temperature: 4.0\n    alpha: 0.9\n    reduction: 'batchmean'\n",
    );
    // Soft share, soft weight, hard weight, T, T²: by the code of each, worked out by hand.
    for (from, what, classes, expected) in [
        ("mdistiller", "kd.yaml", None, (0.9, 0.9, 0.1, 4.0, true)),
        ("torchdistill", "torch.yaml", None, (0.1, 0.1, 0.9, 4.0, true)),
        ("torchdistill", "alpha=null, temperature=2", None, (1.0, 1.0, 0.0, 2.0, false)),
        ("torchdistill", "alpha=0.5, temperature=2, reduction=mean", Some("10"), (1.0 / 11.0, 0.05, 0.5, 2.0, true)),
        ("keras", "distiller.compile(alpha=0.1, temperature=10)", None, (0.9, 0.9, 0.1, 10.0, true)),
        (
            "textbrewer",
            "DistillationConfig(temperature=4, hard_label_weight=1, kd_loss_weight=1)",
            None,
            (1.0 / 17.0, 1.0, 1.0, 4.0, false),
        ),
        ("haitongli", "params.json", Some("10"), (0.09 / 0.19, 0.09, 0.1, 20.0, true)),
        ("haitongli", "alpha=0.5, T=4", Some("10"), (1.0 / 11.0, 0.05, 0.5, 4.0, true)),
    ] {
        let mut arguments = vec!["convert", "--from", from, what, "--json"];
        arguments.extend(classes.iter().flat_map(|classes| ["--classes", *classes]));
        let line = place.run(&arguments).is_good().lines().remove(0);
        let (share, soft, hard, temperature, square) = expected;
        assert!((line["soft_share"].as_f64().unwrap() - share).abs() < 1e-9, "{from}: {line}");
        let recipe: toml::Table = line["recipe"].as_str().unwrap().parse().unwrap();
        let distill = recipe["distill"].as_table().unwrap();
        let number = |key: &str| distill[key].as_float().unwrap();
        assert!(
            (number("soft_weight") - soft).abs() < 1e-12 && (number("hard_weight") - hard).abs() < 1e-12,
            "{from}: {distill}"
        );
        assert!((number("temperature") - temperature).abs() < 1e-12, "{from}: {distill}");
        assert_eq!(distill["temperature_squared"].as_bool(), Some(square), "{from}");
        if what == "kd.yaml" {
            let training = recipe["training"].as_table().unwrap();
            assert_eq!((training["epochs"].as_integer(), training["batch"].as_integer()), (Some(240), Some(64)));
            let left = line["left_out"].to_string();
            assert!(left.contains("distiller.teacher = resnet32x4") && !left.contains("ce_weight"), "{left}");
        }
    }
    for (from, what, words) in [
        ("haitongli", "alpha=0.9, T=4", "Give --classes"),
        ("keras", "alpha=1.5, T=4", "give a number from 0 to 1"),
        ("mdistiller", "KD_WEIGHT=0, CE_WEIGHT=0", "both weights are 0"),
        ("mdistiller", "a=b", "there is nothing in it that mdistiller calls its own"),
        ("paddle", "alpha=0.5", "give one of mdistiller"),
        ("keras", "none.json", "there is no such file"),
        ("mdistiller", "T=0", "give a number from 0.001"),
        ("textbrewer", "temperature=8, kd_loss_type=mse", "this is not plain distillation"),
        ("mdistiller", "DISTILLER: {TYPE: DKD}\nKD: {TEMPERATURE: 4}", "this is not plain distillation"),
    ] {
        let ran = place.run(&["convert", "--from", from, what]);
        assert_eq!(ran.status, Some(2), "{from} {what}: {ran:#?}");
        assert!(ran.stderr.contains(words), "{from} {what}: {}", ran.stderr);
    }
    // What comes out runs.
    place
        .run(&["convert", "--from", "mdistiller", "KD_WEIGHT=0.5, epochs=2", "--base", "tiny.toml", "--out", "kd.toml"])
        .is_good();
    place.run(&["run", "kd.toml", "--json"]).is_good();
}

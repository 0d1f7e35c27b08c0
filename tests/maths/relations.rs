//! Terms that compare what layers say of several rows, or where they look: golden numbers, gradients, and rows that are the same.

use candle_core::{DType, Device, Tensor, Var};
use stillroom::distill::{Layers, NoPairs, Objective, Sides};

use crate::methods::{method, of_layers, wave};
use crate::support::{assert_close, check_gradients, flat, random};

/// A term of one pair of layers, `[K]`.
fn of_pair(method: &str, term: &str, student: &Tensor, teacher: &Tensor) -> Tensor {
    let (student, teacher) = (std::slice::from_ref(student), std::slice::from_ref(teacher));
    of_layers(method, term, &Layers { student, teacher, own: &[], logits: &student[0] }).squeeze(1).unwrap()
}

/// Asserts what a term of two members is, and what the first four slopes and the sizes of all of them come to with factors 3 and ½; then
/// that all of them are differences.
fn check(method: &str, term: &str, (student, teacher): (&Var, &Var), values: [f64; 2], (slopes, all): ([f64; 4], f64)) {
    let each = of_pair(method, term, student, teacher);
    assert_close(term, &flat(&each), &values, 1e-12);
    let factors = Tensor::new(&[3.0_f64, 0.5], &Device::Cpu).unwrap();
    let gradients = (each * factors).unwrap().sum_all().unwrap().backward().unwrap();
    let slope = flat(gradients.get(student).unwrap());
    assert_close(&format!("{term} by h"), &slope[..4], &slopes, 1e-11);
    assert_close(&format!("{term} by h"), &[slope.iter().map(|slope| slope.abs()).sum()], &[all], 1e-11);
    let teacher = teacher.as_tensor().clone();
    check_gradients(term, std::slice::from_ref(student), &|_| {
        of_pair(method, term, student, &teacher).sum_all().unwrap()
    });
}

#[test]
fn relations_are_the_golden_numbers() {
    // Worked out in plain double arithmetic, and the same from PyTorch in f64.
    let rows = |values: &[f64]| Tensor::from_slice(values, (1, 3, 2), &Device::Cpu).unwrap();
    let student = rows(&[0.0, 0.0, 1.0, 0.0, 0.0, 2.0]);
    let teacher = rows(&[0.0, 0.0, 2.0, 0.0, 0.0, 1.0]);
    let [distances, angles] =
        ["distances", "angles"].map(|term| flat(&of_pair("relational", term, &student, &teacher))[0]);
    assert_close("distances", &[distances], &[0.072949], 1e-5);
    assert_close("angles", &[angles], &[0.014815], 3e-5);
    let usual = Objective::new(method("relational"), 0);
    let weights = ["distill.distance_weight", "distill.angle_weight"].map(|path| usual.get(path).unwrap());
    assert_eq!(weights, [25.0, 50.0]);
    assert_close("both", &[weights[0] * distances + weights[1] * angles], &[2.564466], 1e-6);
    // From PyTorch 2.15 in f64 with the code of `RepDistiller`; layers of other widths.
    let sides = (&wave(1.3, 0.1, &[2, 5, 4]), &wave(0.7, 0.4, &[2, 5, 6]));
    let slopes = [-0.019646009353610605, 0.041339740185833626, 0.041762673504321175, -0.018996807700559632];
    let values = [0.17389057961621426, 0.18227856038976803];
    check("relational", "distances", sides, values, (slopes, 0.7146662079256539));
    let slopes = [-0.030993749788004923, 0.045611656523983135, 0.05539587917158997, -0.015974990945924177];
    let values = [0.1305733730326414, 0.13776083922796298];
    check("relational", "angles", sides, values, (slopes, 0.7908019585467838));
    // Turned, moved and scaled rows stand to each other as before.
    let turned = Tensor::new(&[[[0.0_f64, 3.0], [-3.0, 0.0]]], &Device::Cpu).unwrap();
    let moved = (student.matmul(&turned).unwrap() + 7.0).unwrap();
    for term in ["distances", "angles"] {
        assert!(flat(&of_pair("relational", term, &moved, &student))[0].abs() < 1e-12, "{term}");
    }
}

#[test]
fn rows_that_are_the_same_have_relations_with_finite_slopes() {
    let terms = |student: &Var, teacher: &Tensor| {
        ["distances", "angles"].map(|term| {
            let value = of_pair("relational", term, student, teacher).sum_all().unwrap();
            let slopes = flat(value.backward().unwrap().get(student).unwrap());
            (flat(&value)[0], slopes)
        })
    };
    for dtype in [DType::F32, DType::F64] {
        let of = |tensor: Tensor| Var::from_tensor(&tensor.to_dtype(dtype).unwrap()).unwrap();
        let teacher = random(52, &[1, 70, 8]).to_dtype(dtype).unwrap();
        // Rows 3, 7 and 9 are one; those from the 64th on are not looked at.
        let student = random(51, &[1, 70, 6]);
        let index: Vec<u32> = (0..70).map(|row| if [3, 9].contains(&row) { 7 } else { row }).collect();
        let index = Tensor::from_vec(index, 70, &Device::Cpu).unwrap();
        for (value, slopes) in terms(&of(student.index_select(&index, 1).unwrap()), &teacher) {
            assert!(value > 0.0 && value.is_finite());
            assert!(slopes.iter().all(|slope| slope.abs() < 1e-2), "{slopes:?}");
            assert!(slopes[64 * 6..].iter().all(|slope| *slope == 0.0) && slopes.iter().any(|slope| *slope != 0.0));
        }
        // All rows are one, or there is no more than one.
        for rows in [4, 1] {
            let teacher = teacher.narrow(1, 0, rows).unwrap();
            for (value, slopes) in terms(&of(Tensor::ones((1, rows, 6), DType::F64, &Device::Cpu).unwrap()), &teacher) {
                assert!(value.is_finite() && slopes.iter().all(|slope| *slope == 0.0), "{value} {slopes:?}");
            }
        }
    }
}

#[test]
fn attention_is_the_golden_numbers() {
    // Worked out in plain double arithmetic: the mean of squares, whose root of the sum would be 0.849844.
    let maps = |values: &[f64]| Tensor::from_slice(values, (1, 1, values.len() / 4, 2, 2), &Device::Cpu).unwrap();
    let student = maps(&[1.0, 2.0, 0.0, 1.0, 0.0, 1.0, 2.0, 1.0]);
    let teacher = maps(&[2.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 2.0, 0.0, 1.0, 1.0, 1.0]);
    let value = flat(&of_pair("attention", "attention", &student, &teacher));
    assert_close("channels", &value, &[0.180559], 1e-5);
    // From PyTorch 2.15 in f64 with the code of `RepDistiller`, maps of one size and of two.
    let of = |student: &[usize], teacher: &[usize], values, slopes| {
        check("attention", "attention", (&wave(1.3, 0.1, student), &wave(0.7, 0.4, teacher)), values, slopes);
    };
    of(
        &[2, 3, 2, 3, 3],
        &[2, 3, 4, 3, 3],
        [0.0509091754867243, 0.05921899569427075],
        ([0.0006276145242860824, -0.02180592821376634, -0.0168632103407591, 0.004478740278312457], 1.267988580834178),
    );
    of(
        &[2, 3, 2, 5, 5],
        &[2, 3, 4, 3, 3],
        [0.05655303659651975, 0.05643970966336833],
        ([0.012574149720316195, 0.009358417635828816, -0.00321573208448738, 0.009190437714353893], 1.3895634144381908),
    );
    of(
        &[2, 3, 2, 2, 3],
        &[2, 3, 4, 4, 4],
        [0.0028641256064484686, 0.0025524074766320633],
        (
            [-0.0018403612092683455, 0.008074716523055586, 0.009844389033306988, -0.0017043932957662262],
            0.41400323611205525,
        ),
    );
    // A map of zeros looks nowhere.
    let nothing = Var::from_tensor(&student.zeros_like().unwrap()).unwrap();
    let value = of_pair("attention", "attention", &nothing, &teacher).sum_all().unwrap();
    let slopes = flat(value.backward().unwrap().get(&nothing).unwrap());
    assert!(flat(&value)[0].is_finite() && slopes.iter().all(|slope| slope.is_finite()), "{slopes:?}");
}

#[test]
fn convolutions_look_at_convolutions_and_last_layers_at_last_ones() {
    let pairs = |name: &str, student: &[&[usize]], teacher: &[&[usize]]| {
        let objective = Objective::new(method(name), 0);
        let pairs = (method(name).inner.unwrap().pairs)(objective.values(), Sides { student, teacher });
        pairs.map(|pairs| pairs.iter().map(|pair| (pair.student + 1, pair.teacher + 1)).collect::<Vec<_>>())
    };
    let (wide, half, dot, dense): (&[usize], &[usize], &[usize], &[usize]) =
        (&[8, 14, 14], &[16, 7, 7], &[16, 1, 1], &[64]);
    let attention = |student: &[&[usize]], teacher: &[&[usize]]| pairs("attention", student, teacher);
    assert_eq!(attention(&[wide, half, dense], &[wide, half, dense, dense]).unwrap(), [(1, 1), (2, 2)]);
    assert_eq!(attention(&[wide], &[wide, half, dense]).unwrap(), [(1, 2)]);
    assert_eq!(attention(&[wide, half, half], &[wide, half]).unwrap(), [(1, 1), (3, 2)]);
    // A single place is no map.
    assert_eq!(attention(&[wide, half, dot], &[wide, half, dot]).unwrap(), [(1, 1), (2, 2)]);
    assert_eq!(attention(&[dense], &[wide]), Err(NoPairs::NoMaps { is_students: true, there: 1 }));
    assert_eq!(attention(&[wide], &[dense, dense]), Err(NoPairs::NoMaps { is_students: false, there: 2 }));
    let relational = |student: &[&[usize]], teacher: &[&[usize]]| pairs("relational", student, teacher);
    assert_eq!(relational(&[dense], &[wide, half, dense]).unwrap(), [(1, 3)]);
    assert_eq!(relational(&[], &[dense]), Err(NoPairs::Few { is_students: true, least: 1, there: 0 }));
    assert_eq!(relational(&[dense], &[]), Err(NoPairs::Few { is_students: false, least: 1, there: 0 }));
}

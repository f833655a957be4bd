"""One child's profile in each language: short, but each kind of thing that a plan holds is in it."""

from typing import Final, NamedTuple


class PlanWords(NamedTuple):
    """Everything in a plan that changes with the language, one target's worth."""

    heading: str
    dates: tuple[str, str]
    note: str
    profile: tuple[tuple[str, str], ...]
    needs: tuple[str, str]
    outcomes_heading: str
    outcome: str
    target: tuple[str, str, str, str]
    strategies: tuple[str, ...]
    duty: tuple[str, str, str]
    state: str
    review: str
    home: str
    responsibilities_heading: str
    responsibilities: tuple[tuple[str, str], ...]
    helpers: tuple[str, str, str, str]
    labels: tuple[str, ...]


PLAN_WORDS: Final = {
    "en": PlanWords(
        "Profile and targets",
        ("Agreed on Monday 7 September 2026", "Copy made on Tuesday 13 October 2026"),
        "",
        (
            ("What people like and admire about me", "I am kind to younger children and I notice when someone is sad."),
            ("What is important to me", "Quiet time after lunch, and knowing what comes next."),
            ("How best to support me", "Show me one step at a time. Give me time to answer."),
        ),
        ("What I need help with", "Listening to long instructions and finding the right words."),
        "Outcomes and targets",
        "By the end of Year 4, I can tell others what I need.",
        (
            "Asking for help",
            "I wait until an adult comes to me.",
            "I ask for help in four lessons out of five.",
            "My teacher keeps a tally each Friday.",
        ),
        ("A help card on my table", "Praise at once when I ask"),
        ("Practise asking in a small group", "Mrs Fellows", "Twice a week, 15 minutes"),
        "Under way",
        "We look at this again on Friday 11 December 2026",
        "Let me ask for things in the shop.",
        "What each of us does",
        (
            ("What I do", "I use my card."),
            ("What my family does", "We practise at home."),
            ("What school does", "We make time for it."),
        ),
        ("Who helps me", "Name", "What they do", "Class teacher"),
        ("Now", "Goal", "How we will know", "What we try", "What", "Who", "How often", "How you can help at home"),
    ),
    "ur": PlanWords(
        "پروفائل اور اہداف",
        ("پیر 7 ستمبر 2026 کو طے ہوا", "یہ نقل منگل 13 اکتوبر 2026 کو بنی"),
        "کچھ حصے ابھی صرف انگریزی میں ہیں۔ اسکول سے کہیں تو ہم انہیں آپ کے لیے ترجمہ کریں گے۔",
        (
            ("لوگ میری کیا بات پسند کرتے ہیں", "میں چھوٹے بچوں پر مہربان ہوں اور جان لیتی ہوں کہ کون اداس ہے۔"),
            ("میرے لیے کیا اہم ہے", "دوپہر کے کھانے کے بعد خاموش وقت، اور یہ جاننا کہ آگے کیا ہوگا۔"),
            ("میری مدد کیسے کی جائے", "مجھے ایک وقت میں ایک قدم دکھائیں۔ جواب کے لیے وقت دیں۔"),
        ),
        ("مجھے کس چیز میں مدد چاہیے", "لمبی ہدایات سننا اور صحیح الفاظ ڈھونڈنا۔"),
        "نتائج اور اہداف",
        "چوتھی جماعت کے آخر تک میں دوسروں کو بتا سکوں گی کہ مجھے کیا چاہیے۔",
        (
            "مدد مانگنا",
            "میں انتظار کرتی ہوں کہ کوئی بڑا میرے پاس آئے۔",
            "میں پانچ میں سے چار اسباق میں مدد مانگوں گی۔",
            "میری استانی ہر جمعے کو گنتی لکھتی ہیں۔",
        ),
        ("میری میز پر مدد کا کارڈ", "مانگنے پر فوراً شاباش"),
        ("چھوٹے گروپ میں مانگنے کی مشق", "Mrs Fellows", "ہفتے میں دو بار، 15 منٹ"),
        "جاری ہے",
        "ہم اسے جمعہ 11 دسمبر 2026 کو دوبارہ دیکھیں گے",
        "دکان پر مجھے خود چیزیں مانگنے دیں۔",
        "ہم میں سے ہر ایک کیا کرے گا",
        (
            ("میں کیا کروں گی", "میں اپنا کارڈ استعمال کروں گی۔"),
            ("میرا خاندان کیا کرے گا", "ہم گھر پر مشق کریں گے۔"),
            ("اسکول کیا کرے گا", "ہم اس کے لیے وقت نکالیں گے۔"),
        ),
        ("میری مدد کون کرتا ہے", "نام", "کیا کرتے ہیں", "کلاس ٹیچر"),
        ("ابھی", "ہدف", "ہمیں کیسے پتہ چلے گا", "ہم کیا آزماتے ہیں", "کیا", "کون", "کتنی بار", "گھر پر مدد"),
    ),
    "pa": PlanWords(
        "ਪ੍ਰੋਫ਼ਾਈਲ ਅਤੇ ਟੀਚੇ",
        ("ਸੋਮਵਾਰ 7 ਸਤੰਬਰ 2026 ਨੂੰ ਸਹਿਮਤੀ ਹੋਈ", "ਇਹ ਕਾਪੀ ਮੰਗਲਵਾਰ 13 ਅਕਤੂਬਰ 2026 ਨੂੰ ਬਣੀ"),
        "ਕੁਝ ਹਿੱਸੇ ਹਾਲੇ ਸਿਰਫ਼ ਅੰਗਰੇਜ਼ੀ ਵਿੱਚ ਹਨ। ਸਕੂਲ ਨੂੰ ਕਹੋ, ਅਸੀਂ ਤੁਹਾਡੇ ਲਈ ਅਨੁਵਾਦ ਕਰਾਂਗੇ।",
        (
            ("ਲੋਕ ਮੇਰੀ ਕਿਹੜੀ ਗੱਲ ਪਸੰਦ ਕਰਦੇ ਹਨ", "ਮੈਂ ਛੋਟੇ ਬੱਚਿਆਂ ਨਾਲ ਪਿਆਰ ਨਾਲ ਪੇਸ਼ ਆਉਂਦੀ ਹਾਂ।"),
            ("ਮੇਰੇ ਲਈ ਕੀ ਜ਼ਰੂਰੀ ਹੈ", "ਦੁਪਹਿਰ ਦੇ ਖਾਣੇ ਤੋਂ ਬਾਅਦ ਸ਼ਾਂਤ ਸਮਾਂ, ਅਤੇ ਜਾਣਨਾ ਕਿ ਅੱਗੇ ਕੀ ਹੋਵੇਗਾ।"),
            ("ਮੇਰੀ ਮਦਦ ਕਿਵੇਂ ਕਰੀਏ", "ਮੈਨੂੰ ਇੱਕ ਵਾਰ ਵਿੱਚ ਇੱਕ ਕਦਮ ਦਿਖਾਓ। ਜਵਾਬ ਲਈ ਸਮਾਂ ਦਿਓ।"),
        ),
        ("ਮੈਨੂੰ ਕਿਸ ਚੀਜ਼ ਵਿੱਚ ਮਦਦ ਚਾਹੀਦੀ ਹੈ", "ਲੰਮੀਆਂ ਹਦਾਇਤਾਂ ਸੁਣਨਾ ਅਤੇ ਸਹੀ ਸ਼ਬਦ ਲੱਭਣਾ।"),
        "ਨਤੀਜੇ ਅਤੇ ਟੀਚੇ",
        "ਚੌਥੇ ਸਾਲ ਦੇ ਅੰਤ ਤੱਕ ਮੈਂ ਦੱਸ ਸਕਾਂਗੀ ਕਿ ਮੈਨੂੰ ਕੀ ਚਾਹੀਦਾ ਹੈ।",
        (
            "ਮਦਦ ਮੰਗਣਾ",
            "ਮੈਂ ਉਡੀਕਦੀ ਹਾਂ ਕਿ ਕੋਈ ਵੱਡਾ ਮੇਰੇ ਕੋਲ ਆਵੇ।",
            "ਮੈਂ ਪੰਜ ਵਿੱਚੋਂ ਚਾਰ ਪਾਠਾਂ ਵਿੱਚ ਮਦਦ ਮੰਗਾਂਗੀ।",
            "ਮੇਰੀ ਅਧਿਆਪਕਾ ਹਰ ਸ਼ੁੱਕਰਵਾਰ ਗਿਣਤੀ ਲਿਖਦੀ ਹੈ।",
        ),
        ("ਮੇਰੇ ਮੇਜ਼ 'ਤੇ ਮਦਦ ਦਾ ਕਾਰਡ", "ਮੰਗਣ 'ਤੇ ਤੁਰੰਤ ਸ਼ਾਬਾਸ਼"),
        ("ਛੋਟੇ ਸਮੂਹ ਵਿੱਚ ਅਭਿਆਸ", "Mrs Fellows", "ਹਫ਼ਤੇ ਵਿੱਚ ਦੋ ਵਾਰ, 15 ਮਿੰਟ"),
        "ਚੱਲ ਰਿਹਾ ਹੈ",
        "ਅਸੀਂ ਇਸ ਨੂੰ ਸ਼ੁੱਕਰਵਾਰ 11 ਦਸੰਬਰ 2026 ਨੂੰ ਫਿਰ ਦੇਖਾਂਗੇ",
        "ਦੁਕਾਨ 'ਤੇ ਮੈਨੂੰ ਆਪ ਚੀਜ਼ਾਂ ਮੰਗਣ ਦਿਓ।",
        "ਸਾਡੇ ਵਿੱਚੋਂ ਹਰ ਕੋਈ ਕੀ ਕਰੇਗਾ",
        (
            ("ਮੈਂ ਕੀ ਕਰਾਂਗੀ", "ਮੈਂ ਆਪਣਾ ਕਾਰਡ ਵਰਤਾਂਗੀ।"),
            ("ਮੇਰਾ ਪਰਿਵਾਰ ਕੀ ਕਰੇਗਾ", "ਅਸੀਂ ਘਰ ਵਿੱਚ ਅਭਿਆਸ ਕਰਾਂਗੇ।"),
            ("ਸਕੂਲ ਕੀ ਕਰੇਗਾ", "ਅਸੀਂ ਇਸ ਲਈ ਸਮਾਂ ਕੱਢਾਂਗੇ।"),
        ),
        ("ਮੇਰੀ ਮਦਦ ਕੌਣ ਕਰਦਾ ਹੈ", "ਨਾਮ", "ਕੀ ਕਰਦੇ ਹਨ", "ਜਮਾਤ ਦੀ ਅਧਿਆਪਕਾ"),
        ("ਹੁਣ", "ਟੀਚਾ", "ਸਾਨੂੰ ਕਿਵੇਂ ਪਤਾ ਲੱਗੇਗਾ", "ਅਸੀਂ ਕੀ ਕਰਦੇ ਹਾਂ", "ਕੀ", "ਕੌਣ", "ਕਿੰਨੀ ਵਾਰ", "ਤੁਸੀਂ ਘਰ ਵਿੱਚ ਕਿਵੇਂ ਮਦਦ ਕਰ ਸਕਦੇ ਹੋ"),
    ),
    "bn": PlanWords(
        "প্রোফাইল ও লক্ষ্য",
        ("সোমবার 7 সেপ্টেম্বর 2026 তারিখে ঠিক হয়েছে", "এই কপি মঙ্গলবার 13 অক্টোবর 2026 তারিখের"),
        "কিছু অংশ এখনও শুধু ইংরেজিতে আছে। স্কুলকে বলুন, আমরা অনুবাদ করে দেব।",
        (
            ("মানুষ আমার কী ভালোবাসে", "আমি ছোটদের প্রতি দয়ালু, আর কেউ মন খারাপ করলে বুঝতে পারি।"),
            ("আমার কাছে কী জরুরি", "দুপুরের খাবারের পর শান্ত সময়, আর এরপর কী হবে তা জানা।"),
            ("আমাকে কীভাবে সাহায্য করবেন", "একবারে একটি ধাপ দেখান। উত্তর দিতে সময় দিন।"),
        ),
        ("কোথায় আমার সাহায্য লাগে", "লম্বা নির্দেশ শোনা এবং ঠিক শব্দ খুঁজে পাওয়া।"),
        "ফলাফল ও লক্ষ্য",
        "চতুর্থ বর্ষের শেষে আমি অন্যদের বলতে পারব আমার কী দরকার।",
        (
            "সাহায্য চাওয়া",
            "বড় কেউ কাছে না আসা পর্যন্ত আমি অপেক্ষা করি।",
            "পাঁচটি ক্লাসের চারটিতে আমি সাহায্য চাইব।",
            "আমার শিক্ষক প্রতি শুক্রবার হিসাব রাখেন।",
        ),
        ("আমার টেবিলে সাহায্যের কার্ড", "চাইলেই সঙ্গে সঙ্গে প্রশংসা"),
        ("ছোট দলে চাওয়ার অভ্যাস", "Mrs Fellows", "সপ্তাহে দুবার, 15 মিনিট"),
        "চলছে",
        "শুক্রবার 11 ডিসেম্বর 2026 তারিখে আমরা আবার দেখব",
        "দোকানে আমাকে নিজে জিনিস চাইতে দিন।",
        "আমরা প্রত্যেকে কী করব",
        (
            ("আমি কী করব", "আমি আমার কার্ড ব্যবহার করব।"),
            ("আমার পরিবার কী করবে", "আমরা বাড়িতে অভ্যাস করব।"),
            ("স্কুল কী করবে", "আমরা এর জন্য সময় রাখব।"),
        ),
        ("কে আমাকে সাহায্য করেন", "নাম", "কী করেন", "শ্রেণি শিক্ষক"),
        ("এখন", "লক্ষ্য", "আমরা কীভাবে জানব", "আমরা কী করি", "কী", "কে", "কতবার", "বাড়িতে আপনি কীভাবে সাহায্য করতে পারেন"),
    ),
    "pl": PlanWords(
        "Profil i cele",
        ("Uzgodniono w poniedziałek 7 września 2026", "Kopia z wtorku 13 października 2026"),
        "Niektóre części są na razie tylko po angielsku. Na prośbę szkoła je przetłumaczy.",
        (
            ("Co inni we mnie lubią i cenią", "Jestem miła dla młodszych dzieci i widzę, gdy ktoś jest smutny."),
            ("Co jest dla mnie ważne", "Cisza po obiedzie i wiedza, co będzie dalej."),
            ("Jak najlepiej mi pomagać", "Pokazuj mi po jednym kroku. Daj mi czas na odpowiedź."),
        ),
        ("W czym potrzebuję pomocy", "W słuchaniu długich poleceń i szukaniu właściwych słów."),
        "Wyniki i cele",
        "Do końca czwartej klasy umiem powiedzieć innym, czego potrzebuję.",
        (
            "Proszenie o pomoc",
            "Czekam, aż podejdzie do mnie dorosły.",
            "Proszę o pomoc na czterech lekcjach z pięciu.",
            "Nauczycielka liczy to w każdy piątek.",
        ),
        ("Karta pomocy na mojej ławce", "Pochwała od razu, gdy poproszę"),
        ("Ćwiczenie proszenia w małej grupie", "Mrs Fellows", "Dwa razy w tygodniu po 15 minut"),
        "W toku",
        "Wrócimy do tego w piątek 11 grudnia 2026",
        "Pozwólcie mi prosić o rzeczy w sklepie.",
        "Co robi każde z nas",
        (
            ("Co robię ja", "Używam swojej karty."),
            ("Co robi moja rodzina", "Ćwiczymy w domu."),
            ("Co robi szkoła", "Znajdujemy na to czas."),
        ),
        ("Kto mi pomaga", "Imię i nazwisko", "Co robi", "Wychowawczyni klasy"),
        ("Teraz", "Cel", "Po czym poznamy", "Co robimy", "Co", "Kto", "Jak często", "Jak można pomóc w domu"),
    ),
    "ro": PlanWords(
        "Profil și ținte",
        ("Stabilit luni, 7 septembrie 2026", "Copie făcută marți, 13 octombrie 2026"),
        "Unele părți sunt deocamdată numai în engleză. Spuneți școlii și le vom traduce.",
        (
            ("Ce le place altora la mine", "Sunt bună cu copiii mai mici și observ când cineva este trist."),
            ("Ce este important pentru mine", "Liniște după prânz și să știu ce urmează."),
            ("Cum să mă ajutați", "Arătați-mi câte un pas. Dați-mi timp să răspund."),
        ),
        ("La ce am nevoie de ajutor", "Să ascult instrucțiuni lungi și să găsesc cuvintele potrivite."),
        "Rezultate și ținte",
        "Până la sfârșitul clasei a patra pot spune altora de ce am nevoie.",
        (
            "Să cer ajutor",
            "Aștept până vine un adult la mine.",
            "Cer ajutor la patru lecții din cinci.",
            "Învățătoarea notează în fiecare vineri.",
        ),
        ("Un cartonaș de ajutor pe masă", "Laudă imediat ce cer"),
        ("Exersăm cererea într-un grup mic", "Mrs Fellows", "De două ori pe săptămână, 15 minute"),
        "În desfășurare",
        "Revenim asupra acestui lucru vineri, 11 decembrie 2026",
        "Lăsați-mă să cer lucruri la magazin.",
        "Ce face fiecare dintre noi",
        (
            ("Ce fac eu", "Folosesc cartonașul meu."),
            ("Ce face familia mea", "Exersăm acasă."),
            ("Ce face școala", "Ne facem timp pentru asta."),
        ),
        ("Cine mă ajută", "Nume", "Ce face", "Învățătoarea clasei"),
        ("Acum", "Țintă", "Cum vom ști", "Ce încercăm", "Ce", "Cine", "Cât de des", "Cum puteți ajuta acasă"),
    ),
    "ar": PlanWords(
        "الملف الشخصي والأهداف",
        ("اتُّفق عليه يوم الاثنين 7 سبتمبر 2026", "نسخة من يوم الثلاثاء 13 أكتوبر 2026"),
        "بعض الأجزاء ما زالت بالإنجليزية فقط. اطلبوا من المدرسة وسنترجمها لكم.",
        (
            ("ما يحبه الناس فيّ", "أنا لطيفة مع الأطفال الأصغر مني وألاحظ عندما يحزن أحد."),
            ("ما هو مهم لي", "وقت هادئ بعد الغداء، وأن أعرف ما الذي سيأتي."),
            ("كيف تساعدونني", "أروني خطوة واحدة في كل مرة. أعطوني وقتًا لأجيب."),
        ),
        ("ما أحتاج فيه إلى المساعدة", "الاستماع إلى التعليمات الطويلة وإيجاد الكلمات المناسبة."),
        "النتائج والأهداف",
        "في نهاية السنة الرابعة أستطيع أن أقول للآخرين ما أحتاج إليه.",
        (
            "طلب المساعدة",
            "أنتظر حتى يأتي إليّ شخص كبير.",
            "أطلب المساعدة في أربعة دروس من خمسة.",
            "تسجّل معلمتي العدد كل يوم جمعة.",
        ),
        ("بطاقة مساعدة على طاولتي", "مدح فوري عندما أطلب"),
        ("التدرب على الطلب في مجموعة صغيرة", "Mrs Fellows", "مرتين في الأسبوع، 15 دقيقة"),
        "قيد العمل",
        "نراجع هذا يوم الجمعة 11 ديسمبر 2026",
        "دعوني أطلب الأشياء في المتجر.",
        "ما يفعله كل منا",
        (
            ("ما أفعله أنا", "أستعمل بطاقتي."),
            ("ما تفعله عائلتي", "نتدرب في البيت."),
            ("ما تفعله المدرسة", "نخصص وقتًا لذلك."),
        ),
        ("من يساعدني", "الاسم", "ما يفعله", "معلمة الصف"),
        ("الآن", "الهدف", "كيف سنعرف", "ما نجرّبه", "ماذا", "من", "كم مرة", "كيف يمكنكم المساعدة في البيت"),
    ),
    "so": PlanWords(
        "Astaanta iyo yoolalka",
        ("Waxaa la isku raacay Isniin 7 Sebtembar 2026", "Nuqulka Talaado 13 Oktoobar 2026"),
        "Qaybo ayaa weli Ingiriisi kaliya ah. Dugsiga u sheeg, waanu kuu turjumi doonnaa.",
        (
            ("Waxa dadku iga jecel yihiin", "Waan u naxariistaa carruurta iga yar, waanan arkaa marka qof murugoodo."),
            ("Waxa muhiim ii ah", "Waqti xasilloon qadada ka dib, iyo inaan ogaado waxa xiga."),
            ("Sida la ii caawiyo", "Hal tallaabo mar i tus. Waqti aan ku jawaabo i sii."),
        ),
        ("Waxa aan caawimo uga baahanahay", "Dhegaysiga tilmaamaha dheer iyo helidda ereyada saxda ah."),
        "Natiijooyinka iyo yoolalka",
        "Dhammaadka Sannadka 4aad waxaan dadka u sheegi karaa waxa aan u baahanahay.",
        (
            "Caawimo weydiisashada",
            "Waxaan sugaa ilaa qof weyn ii yimaado.",
            "Waxaan caawimo weydiistaa afar cashar shantiiba.",
            "Macallinkaygu wuxuu tiriyaa Jimce kasta.",
        ),
        ("Kaar caawimo oo miiskayga saaran", "Ammaan isla markiiba"),
        ("Ku celcelin koox yar", "Mrs Fellows", "Laba jeer toddobaadkii, 15 daqiiqo"),
        "Way socotaa",
        "Waxaan mar kale eegi doonnaa Jimce 11 Disembar 2026",
        "Dukaanka ha iga daayeen inaan wax weydiisto.",
        "Waxa mid kasta naga mid ahi sameeyo",
        (
            ("Waxa aan sameeyo", "Kaarkayga ayaan isticmaalaa."),
            ("Waxa qoyskaygu sameeyo", "Guriga ayaan ku celcelinnaa."),
            ("Waxa dugsigu sameeyo", "Waqti ayaan u helnaa."),
        ),
        ("Cidda i caawisa", "Magaca", "Waxa ay sameeyaan", "Macallinka fasalka"),
        (
            "Hadda",
            "Yoolka",
            "Sida aan ku ogaanayno",
            "Waxa aan isku dayno",
            "Maxay",
            "Kuma",
            "Immisa jeer",
            "Sida guriga looga caawiyo",
        ),
    ),
}

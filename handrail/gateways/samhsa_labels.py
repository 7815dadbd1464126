"""What FindTreatment.gov calls each service code, so that a label can be read back into its code.

Source: sheet "Service Code Reference" of the National Directories 2022 and 2023 (public domain). Each entry is
the code and then its label. `_ALSO` holds wordings of the API and of older code books.
"""

from handrail.core.facility import plain

_LABELS = {
    "TC": """
        SA Substance use treatment; DT Detoxification; HH Transitional housing, halfway house, or sober home;
        SUMH Treatment for co-occurring substance use plus either serious mental health illness in adults/serious
        emotional disturbance in children;
        MH Mental health treatment
    """,
    "SET": """
        HI Hospital inpatient/24-hour hospital inpatient; OP Outpatient; RES Residential/24-hour residential;
        HID Hospital inpatient detoxification; HIT Hospital inpatient treatment; OD Outpatient detoxification;
        ODT Outpatient day treatment or partial hospitalization; OIT Intensive outpatient treatment;
        OMB Outpatient methadone/buprenorphine or naltrexone treatment; ORT Regular outpatient treatment;
        RD Residential detoxification; RL Long-term residential; RS Short-term residential;
        PHDT Partial hospitalization/day treatment
    """,
    "HOSP": """
        GH General Hospital (including VA hospital); PSYH Psychiatric hospital
    """,
    "OM": """
        MU Methadone used in Treatment; BU Buprenorphine used in Treatment; NU Naltrexone used in Treatment
    """,
    "OMSC": """
        INPE In-network prescribing entity; RPE Other contracted prescribing entity;
        PC No formal relationship with prescribing entity
    """,
    "AUT": """
        NAUT Does not treat alcohol use disorder;
        NMAUT Does not use medication assisted treatment for alcohol use disorder;
        ACMA Accepts clients using medication assisted treatment for alcohol use disorder but prescribed elsewhere;
        PMAT This facility administers/prescribes medication for alcohol use disorder
    """,
    "SMAT": """
        AUINPE In-network prescribing entity; AURPE Other contracted prescribing entity;
        AUPC No formal relationship with prescribing entity
    """,
    "OT": """
        DB Buprenorphine detoxification; BUM Buprenorphine maintenance;
        OTP Federally-certified Opioid Treatment Program; DM Methadone detoxification; MM Methadone maintenance;
        UB Prescribes buprenorphine; UN Prescribes naltrexone; RPN Relapse prevention with naltrexone;
        PAIN Use methadone/buprenorphine for pain management or emergency dosing;
        MOA Accepts clients using MAT but prescribed elsewhere; NMOA Does not use MAT for opioid use disorders;
        DLC Lofexidine or Clonidine detoxification;
        MWS Maintenance service with medically supervised withdrawal after stabilization;
        NOOP Does not treat opioid use disorders; BMW Buprenorphine maintenance for predetermined time;
        MMW Methadone maintenance for predetermined time; ULC Lofexidine/clonidine detoxification
    """,
    "PHR": """
        ACM Acamprosate (Campral); DSF Disulfiram; METH Methadone; BSDM Buprenorphine sub-dermal implant;
        BWN Buprenorphine with naloxone; BWON Buprenorphine without naloxone;
        BERI Buprenorphine (extended-release, injectable); NXN Naltrexone (oral);
        VTRL Naltrexone (extended-release, injectable); MHIV Medications for HIV treatment;
        MHCV Medications for Hepatitis C treatment; LFXD Lofexidine; CLND Clonidine;
        MPEP Medications for pre-exposure to prophylaxis; MMD Medication for mental disorders;
        NRT Nicotine replacement; NSC Non-nicotine smoking/tobacco cessation; CHLOR Chlorpromazine;
        DROPE Droperidol; FLUPH Fluphenazine; HALOP Haloperidol; LOXAP Loxapine; PERPH Perphenazine;
        PIMOZ Pimozide; PROCH Prochlorperazine; THIOT Thiothixene; THIOR Thioridazine; TRIFL Trifluoperazine;
        ARIPI Aripiprazole; ASENA Asenapine; BREXP Brexpiprazole; CARIP Cariprazine; CLOZA Clozapine;
        ILOPE IIoperidone; LURAS Lurasidone; OLANZ Olanzapine; OLANZF Olanzapine/Fluoxetine combination;
        PALIP Paliperidone; QUETI Quetiapine; RISPE Risperidone; ZIPRA Ziprasidone;
        ANTPYCH Antipsychotics used in treatment of SMI
    """,
    "TAP": """
        ANG Anger management; BIA Brief intervention; CBT Cognitive behavioral therapy;
        CMI Contingency management/motivational incentives; CRV Community reinforcement plus vouchers;
        MOTI Motivational interviewing; MXM Matrix Model; RELP Relapse prevention;
        SACA Substance use disorder counseling; TRC Trauma-related counseling;
        TELE Telemedicine/telehealth therapy; TWFA 12-step facilitation; AT Activity therapy;
        CRT Cognitive remediation therapy; CFT Couples/family therapy; DBT Dialectical behavior therapy;
        ECT Electroconvulsive therapy; EMDR Eye Movement Desensitization and Reprocessing therapy;
        GT Group therapy; IDD Integrated Mental and Substance Use Disorder treatment;
        IPT Individual psychotherapy; KIT Ketamine Infusion Therapy; TMS Transcranial Magnetic Stimulation;
        AIM Abnormal involuntary movement scale
    """,
    "FOP": """
        LCCG Local, county, or community government; DDF Department of Defense; IH Indian Health Services;
        PVTP Private for-profit organization; PVTN Private non-profit organization; STG State government;
        TBG Tribal government; FED Federal Government; VAMC U.S. Department of Veterans Affairs
    """,
    "LCA": """
        STAG State substance use treatment agency; STMH State mental health department;
        STDH State department of health; CARF Commission on Accreditation of Rehabilitation Facilities (CARF);
        COA Council on Accreditation (COA); HFAP Healthcare Facilities Accreditation Program (HFAP);
        HLA Hospital licensing authority; JC The Joint Commission;
        NCQA National Committee for Quality Assurance (NCQA); FQHC Federally Qualified Health Center;
        SOTP SAMHSA certification for opioid treatment program (OTP); DEA Drug Enforcement Agency (DEA);
        MHC Mental health clinic or mental health center
    """,
    "PAY": """
        FSA Federal, or any government funding for substance use treatment programs;
        ITU IHS/Tribal/Urban (ITU) funds; MC Medicare; MD Medicaid; MI Federal military insurance (e.g., TRICARE);
        NP No payment accepted; PI Private health insurance; SF Cash or self-payment;
        SI State-financed health insurance plan other than Medicaid; SAMF SAMHSA funding/block grants;
        CLF County or local government funds; CMHG Community Mental Health Block Grants;
        CSBG Community Service Block Grants; FG Federal Grants; OSF Other State funds;
        PCF Private or Community foundation; SCJJ State corrections or juvenile justice funds;
        SEF State education agency funds; SMHA State mental health agency (or equivalent) funds;
        SWFS State welfare or child and family services funds; VAF U.S. Department of VA funds
    """,
    "PYAS": """
        PA Payment assistance (check with facility for details);
        SS Sliding fee scale (fee is based on income and other factors)
    """,
    "SG": """
        AD Adolescents; TAY Young adults; WN Adult women; PW Pregnant/postpartum women; MN Adult men;
        SE Seniors or older adults; GL Lesbian, gay, bisexual, transgender, or queer/questioning (LGBTQ);
        VET Veterans; ADM Active duty military; MF Members of military families;
        CJ Criminal justice (other than DUI/DWI)/Forensic clients;
        CO Clients with co-occurring mental and substance use disorders;
        COPSU Clients with co-occurring pain and substance use disorders; HV Clients with HIV or AIDS;
        XA Clients who have experienced sexual abuse;
        DV Clients who have experienced intimate partner violence, domestic violence;
        TRMA Clients who have experienced trauma; TBI Persons with traumatic brain injury (TBI);
        ALZ Persons with Alzheimer's or dementia; PED Persons with eating disorders;
        PEFP Persons experiencing first-episode psychosis;
        PTSD Persons with post-traumatic stress disorder (PTSD);
        SED Children/adolescents with serious emotional disturbance (SED);
        SMI Persons 18 and older with serious mental illness (SMI)
    """,
    "ASPT": """
        CMHA Comprehensive mental health assessment; CSAA Comprehensive substance use assessment;
        ISC Interim services for clients; OPC Outreach to persons in the community;
        MHPA Complete medical history/physical exam; STU Screening for tobacco use;
        SSA Screening for substance use; SMHD Screening for mental disorders;
        PIEC Professional interventionist/educational consultant
    """,
    "SCR": """
        BABA Breathalyzer or blood alcohol testing; DAOF Drug and alcohol oral fluid testing;
        DAUT Drug or alcohol urine screening; HIVT HIV testing; STDT STD testing; TBS TB screening;
        MST Metabolic syndrome monitoring; HBT Testing for Hepatitis B (HBV); HCT Testing for Hepatitis C (HCV);
        LABT Laboratory testing
    """,
    "TRSRV": """
        ACC Aftercare/continuing care; DP Discharge Planning; NOE Naloxone and overdose education;
        OFD Outcome follow-up after discharge
    """,
    "RSS": """
        SHG Self-help groups; HS Housing services; AOSS Assistance with obtaining social services;
        RC Recovery coach; PEER Mentoring/peer support; EMP Employment counseling or training
    """,
    "OTHR": """
        TGD Treatment for gambling disorder; TOD Treatment for other addiction disorder
    """,
    "DETOX": """
        ADTX Alcohol Detoxification; BDTX Benzodiazepines Detoxification; CDTX Cocaine Detoxification;
        MDTX Methamphetamines detoxification; ODTX Opioids detoxification;
        MDET Medication routinely used during detoxification
    """,
    "ECS": """
        HAEC HIV or AIDS education, counseling, or support; TAEC Hepatitis education, counseling, or support;
        HEOH Health education services other than HIV/AIDS or hepatitis; SAE Substance use disorder education;
        TCC Smoking/vaping/tobacco cessation counseling; ICO Individual counseling; GCO Group counseling;
        FCO Family counseling; MCO Marital/couples counseling;
        VOC Vocational training or educational support (for example, high school coursework, GED preparation, etc.)
    """,
    "MSRV": """
        HAV Hepatitis A (HAV) vaccination; HBV Hepatitis B (HBV) vaccination
    """,
    "SMP": """
        SMON Smoking not permitted; SMOP Smoking permitted without restriction;
        SMPD Smoking permitted in designated area
    """,
    "AGE": """
        CHLD Children/Adolescents; YAD Young Adults; ADLT Adults; SNR Seniors
    """,
    "GN": """
        FEM Female; MALE Male
    """,
    "EXCL": """
        DU Specially designed program for DUI/DWI clients; DUO Serves only DUI/DWI clients;
        AUDO Alcohol use disorder clients only; OUDO Opioid use disorder clients only
    """,
    "SL": """
        SP Spanish; AH Sign language services for the deaf and hard of hearing;
        NX American Indian or Alaska Native languages; FX Other languages (excluding Spanish)
    """,
    "OL": """
        F4 Arabic; F17 Any Chinese Language; F19 Creole; F25 Farsi; F28 French; F30 German; F31 Greek; F35 Hebrew;
        F36 Hindi; F37 Hmong; F42 Italian; F43 Japanese; F47 Korean; F66 Polish; F67 Portuguese; F70 Russian;
        F81 Tagalog; F92 Vietnamese; N24 Ojibwa; N40 Yupik
    """,
    "FVP": """
        VAPN Vaping not permitted; VAPP Vaping permitted without restriction;
        VPPD Vaping permitted in designated area
    """,
    "AS": """
        ACU Acupuncture; BC Residential beds for clients' children; CM Case management service;
        CCC Child care for clients' children; DVFP Domestic violence services, including family or partner;
        EIH Early intervention for HIV; MHS Mental health services; SSD Social skills development;
        TA Transportation assistance; IPC Integrated primary care services; SPS Suicide prevention services;
        ACT Assertive community treatment; AOT Assisted Outpatient Treatment;
        CDM Chronic disease/illness management; COOT Court-ordered outpatient treatment;
        DEC Diet and exercise counseling; FPSY Family psychoeducation; ICM Intensive case management;
        IMR Illness management and recovery; LAD Legal advocacy; PRS Psychosocial rehabilitation services;
        SEMP Supported employment; SH Supported housing; TPC Therapeutic foster care;
        VRS Vocational rehabilitation services; ES Education services
    """,
    "FT": """
        CMHC Community mental health center; CBHC Certified Community Behavioral Health Clinic;
        MSMH Multi-setting mental health facility (e.g., non-hospital residential plus either outpatient and/or
        partial hospitalization/day treatment);
        OMH Outpatient mental health facility; ORES Other residential treatment facility;
        PH Partial hospitalization/day treatment; PSY Psychiatric hospital;
        RTCA Residential treatment center (RTC) for adults; RTCC Residential treatment center (RTC) for children;
        IPSY Separate inpatient psychiatric unit of a general hospital; SHP State hospital;
        VAHC Veterans Affairs Medical Center or other VA healthcare facility
    """,
    "EMS": """
        CIT Crisis intervention team; PEON Psychiatric emergency onsite services;
        PEOFF Psychiatric emergency mobile/off-site services; WI Psychiatric emergency walk-in services
    """,
}

_ALSO = {
    "TC": "SA Substance treatment services; SA Substance abuse treatment; MH Mental health treatment services",
    "SET": "RES Residential; HI Hospital inpatient",
    "OM": "MU Methadone; BU Buprenorphine; NU Naltrexone",
    "SG": """
        CO Persons with co-occurring mental and substance use disorders; SMI Adults with serious mental illness (SMI);
        CJ Clients referred from the court/judicial system (other than DUI/DWI)
    """,
    "SL": "AH Services for the hearing-impaired",
}


def _entries(text: str) -> list[tuple[str, str]]:
    """The (label, code) of each entry, the label made plain."""
    pairs = (entry.split(maxsplit=1) for entry in text.split(";"))
    return [(plain(label), code) for code, label in pairs]


_BY_CATEGORY = {
    category: dict(_entries(_ALSO[category]) if category in _ALSO else ()) | dict(_entries(text))
    for category, text in _LABELS.items()
}


def _only_meaning() -> dict[str, str]:
    """The labels that mean one code whatever their category."""
    meant: dict[str, set[str]] = {}
    for labels in _BY_CATEGORY.values():
        for label, code in labels.items():
            meant.setdefault(label, set()).add(code)
    return {label: codes.pop() for label, codes in meant.items() if len(codes) == 1}


_ANYWHERE = _only_meaning()


def code_of(label: str, category: str = "") -> str:
    """The service code a label stands for, read within its category first; empty when it is not known.

    Two categories may share a label (OMSC and SMAT share all three): without its category it stands for nothing.
    """
    said = plain(label)
    return _BY_CATEGORY.get(category, {}).get(said) or _ANYWHERE.get(said, "")
